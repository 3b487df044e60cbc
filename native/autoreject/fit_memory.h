// How much memory a computation takes beyond its input, so that it can be refused before it starts.
#pragma once

#include <cstdint>

#include "autoreject/autoreject.h"

namespace brrr::autoreject {

/// Bytes that fit() takes at its peak, an upper estimate; with no candidates, those of channel_thresholds().
uint64_t fit_bytes(const Epochs& epochs, const FitOptions& options);

/// Throws MEMORY_BUDGET if `need` is more than max_bytes (0: no limit). `what` is the subject of the message.
void check_budget(const char* what, uint64_t need, uint64_t max_bytes);

}  // namespace brrr::autoreject
