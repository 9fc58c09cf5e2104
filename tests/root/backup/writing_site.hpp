#pragma once

#include "backed_up_site.hpp"

namespace jailctl::test {

/// A site whose jail's writer counts in two files, one after the other.
class WritingSite : public BackedUpSite {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        BackedUpSite::SetUp();
        spit(site.root("a.test") / "count",
             "#!/bin/sh\nn=0\nwhile :; do n=$((n+1)); echo $n >/first; echo $n >/second; done\n", 0755);
        configure();
    }
    void configure(const std::string& more = {}) {
        site.configure({"a.test:192.0.2.1", "b.test:192.0.2.2"}, "START_COMMAND=/count\nSTOP_TIMEOUT=0\n" + more);
    }
    std::string state() { return site.json({"status", "a.test"})["jails"].items()[0]["state"].str(); }
    /// A number that the jail writes in its archive's file; 0 if it holds none.
    long counted(const std::string& file) {
        if (archives(site.backups()).empty()) return -1;
        const std::string text =
            run_command({"tar", "-xzOf", archives(site.backups()).back().string(), "./" + file}).out;
        return std::strtol(text.c_str(), nullptr, 10);
    }
    bool writes() {
        const std::string before = slurp(site.root("a.test") / "second");
        for (int i = 0; i < 200; ++i, ::usleep(10000))
            if (slurp(site.root("a.test") / "second") != before) return true;
        return false;
    }
};

}  // namespace jailctl::test
