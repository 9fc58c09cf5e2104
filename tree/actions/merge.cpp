#include "../actions.hpp"

#include "../copy_content.hpp"
#include "../merge_tree.hpp"

namespace jailctl::tree::actions {

Value merge(Job& job) {
    Merge merge(job);
    walk(job.descriptor("source"), merge);
    sync_file_system(job.root());
    return merge.result();
}

}  // namespace jailctl::tree::actions
