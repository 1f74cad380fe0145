#ifndef CPREFETCH_H
#define CPREFETCH_H

/// Asks the processor to bring a cache line into its second cache. No address is a mistake: one that cannot be read is
/// ignored. Swift has no name for this instruction.
static inline __attribute__((always_inline)) void prefetchToSecondCache(const void *_Nonnull address) {
    __builtin_prefetch(address, 0, 2);
}

#endif
