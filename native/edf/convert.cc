#include "edf/convert.h"

namespace brrr::edf {

const Converters& converters(int bytes_per_sample) {
  return bytes_per_sample == 2 ? BRRR_DISPATCH(edf_converters16) : BRRR_DISPATCH(edf_converters24);
}

}  // namespace brrr::edf
