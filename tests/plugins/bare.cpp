/// A shared object that is no plugin: it has no manifest.
extern "C" int zoo_bare() { return 0; }
