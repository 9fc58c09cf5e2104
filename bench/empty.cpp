#include <iostream>

// The floor of every command: a C++ program that does nothing, its standard library loaded and initialised.
int main() { return std::cout ? 0 : 1; }
