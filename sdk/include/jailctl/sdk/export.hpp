#pragma once

/// Marks what crosses the wall between host and plugins. Types that are thrown or cast across need default
/// visibility and a key function in libjailctl-sdk.so, or `catch` and `dynamic_cast` fail under libc++.
#define JAILCTL_SDK_EXPORT __attribute__((visibility("default")))
