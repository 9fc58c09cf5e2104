/// Holds the headers that all tests share, precompiled; does nothing. A program and no library, because what is
/// compiled for one (-fPIE) can use them and nothing else can.
int main() { return 0; }
