#include <array>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <unistd.h>

#include "generator.hpp"
#include "jailctl/testing/scratch.hpp"
#include "support.hpp"

/// The other half of the definition of correct: /bin/sh assigns the same values.
namespace jailctl::core::config::test {
namespace {

struct Values {
    std::array<std::string, 3> of;
    friend bool operator==(const Values&, const Values&) = default;
};

void PrintTo(const Values& values, std::ostream* out) {
    *out << "A=[" << values.of[0] << "] B=[" << values.of[1] << "] C=[" << values.of[2] << ']';
}

class Shell : public testing::Test {
protected:
    void SetUp() override {
        if (::access("/bin/sh", X_OK) != 0) GTEST_SKIP() << "no /bin/sh on this system";
    }

    /// What /bin/sh has in A, B and C after each text; nothing where it refuses the text.
    std::vector<std::optional<Values>> run(const std::vector<std::string>& texts) {
        for (std::size_t i = 0; i < texts.size(); ++i)
            scratch_.write(std::to_string(i), texts[i]);
        const std::string command = "cd " + scratch_.path().string() +
                                    " && env -i HOME=/root PATH=/usr/bin:/bin /bin/sh -c 'i=0; while [ $i -lt " +
                                    std::to_string(texts.size()) +
                                    " ]; do ( n=$i; . ./$n; printf \"%s\\036%s\\036%s\\036%s\\037\" \"$n\" \"$A\" "
                                    "\"$B\" \"$C\" ); i=$((i+1)); done' "
                                    ">out 2>/dev/null";
        // The status is that of the last text; what counts is the records.
        [[maybe_unused]] const int status = std::system(command.c_str());
        return records(texts.size());
    }

private:
    std::vector<std::optional<Values>> records(std::size_t count) {
        std::vector<std::optional<Values>> all(count);
        std::ifstream in(scratch_ / "out", std::ios::binary);
        for (std::string number; std::getline(in, number, '\036');) {
            Values values;
            std::getline(in, values.of[0], '\036');
            std::getline(in, values.of[1], '\036');
            std::getline(in, values.of[2], '\037');
            all.at(std::stoul(number)) = values;
        }
        return all;
    }

    jailctl::test::Scratch scratch_;
};

void expect_same(const std::vector<std::string>& texts_, const std::vector<std::optional<Values>>& shell) {
    int shown = 0;
    for (std::size_t i = 0; i < texts_.size() && shown < 10; ++i) {
        const Draft draft = parse_text(texts_[i]);
        const Values ours{
            {std::string(draft.value("A")), std::string(draft.value("B")), std::string(draft.value("C"))}};
        if (draft.ok() && shell[i] && ours == *shell[i]) continue;
        ++shown;
        ADD_FAILURE() << "text:\n" << texts_[i] << "\nsh:   " << testing::PrintToString(shell[i])
                      << "\nours: " << testing::PrintToString(ours) << '\n' << texts(draft.diagnostics());
    }
}

TEST_F(Shell, AgreesWithTheTable) {
    const std::vector<std::string> table{
#define ACCEPT(text, value) text,
#include "accepted.inc"
#undef ACCEPT
    };
    expect_same(table, run(table));
}

TEST_F(Shell, AgreesWithGeneratedFiles) {
    Generator generator(20070415);
    std::vector<std::string> files;
    for (int i = 0; i < 2500; ++i) files.push_back(generator.file());
    expect_same(files, run(files));
}

}  // namespace
}  // namespace jailctl::core::config::test
