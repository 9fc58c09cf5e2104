#include "../actions.hpp"

#include "../merge_tree.hpp"

namespace jailctl::tree::actions {

Value merge(Job& job) {
    Merge merge(job);
    walk(job.descriptor("source"), merge);
    merge.remove_obsolete();
    return merge.result();
}

}  // namespace jailctl::tree::actions
