#include "signal/lane_rows.h"

namespace brrr {
namespace BRRR_TIER {

void load_rows(const double* const* rows, int64_t count, CVec* out) {
  int64_t t = 0;
  for (; t + kLanes <= count; t += kLanes) {
    CVec square[kLanes];
    for (int l = 0; l < kLanes; l++) square[l] = {load(rows[2 * l] + t), load(rows[2 * l + 1] + t)};
    transpose(square);
    for (int i = 0; i < kLanes; i++) out[t + i] = square[i];
  }
  for (; t < count; t++)
    for (int l = 0; l < kLanes; l++) {
      out[t].re[l] = rows[2 * l][t];
      out[t].im[l] = rows[2 * l + 1][t];
    }
}

void store_rows(const CVec* in, int64_t count, double* const* rows) {
  int64_t t = 0;
  for (; t + kLanes <= count; t += kLanes) {
    CVec square[kLanes];
    for (int i = 0; i < kLanes; i++) square[i] = in[t + i];
    transpose(square);
    for (int l = 0; l < kLanes; l++) {
      store(rows[2 * l] + t, square[l].re);
      store(rows[2 * l + 1] + t, square[l].im);
    }
  }
  for (; t < count; t++)
    for (int l = 0; l < kLanes; l++) {
      rows[2 * l][t] = in[t].re[l];
      rows[2 * l + 1][t] = in[t].im[l];
    }
}

}  // namespace BRRR_TIER
}  // namespace brrr
