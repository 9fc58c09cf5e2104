#include "../actions.hpp"

#include "../merge_tree.hpp"

namespace jailctl::tree::actions {

Value merge(Job& job) {
    Merge merge(job);
    walk(job.descriptor("source"), merge);
    merge.retire();
    return merge.result();
}

}  // namespace jailctl::tree::actions
