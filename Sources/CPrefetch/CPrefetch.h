#ifndef CPREFETCH_H
#define CPREFETCH_H

// Swift has no name for these instructions. No address is a mistake: one that cannot be read is ignored.

/// Asks the processor to bring a cache line into its first cache.
static inline __attribute__((always_inline)) void prefetchToFirstCache(const void *_Nonnull address) {
    __builtin_prefetch(address, 0, 3);
}

/// Asks the processor to bring a cache line into its second cache.
static inline __attribute__((always_inline)) void prefetchToSecondCache(const void *_Nonnull address) {
    __builtin_prefetch(address, 0, 2);
}

#endif
