// The precompiled headers of the plugins need one file to belong to.
