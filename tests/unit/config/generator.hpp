#pragma once

#include <random>
#include <string>

namespace jailctl::core::config::test {

/// Random files of the accepted grammar, the same for the same seed. They assign A, B, C, X and Y.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}
    std::string file();

private:
    enum class Place { plain, quoted, braces, quoted_braces };

    std::string statement();
    std::string word(Place place, int depth);
    std::string piece(Place place, int depth);
    std::string plain_piece(Place place, int depth);
    std::string quoted_piece(Place place, int depth);
    std::string expansion(Place place, int depth);
    std::string one_of(std::string_view characters);
    std::string name();
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

    std::mt19937 random_;
};

}  // namespace jailctl::core::config::test
