#include "napi/epoch_input.h"

#include <algorithm>
#include <string>

#include "napi/epoch_store_class.h"

namespace brrr::addon {
namespace {

autoreject::EpochArray array_from(const Napi::Object& object, Keep& keep) {
  autoreject::EpochArray array;
  array.epochs = integer(object, "epochs");
  array.channels = integer(object, "channels");
  array.samples = integer(object, "samples");
  array.picks = numbers<int>(object.Get("picks"));
  auto data = object.Get("data").As<Napi::TypedArray>();
  keep.add(data);
  const double wanted = static_cast<double>(array.epochs) * array.channels * array.samples;
  if (static_cast<double>(data.ElementLength()) != wanted)
    throw Error("INVALID_ARGUMENT", "The epochs' array holds " + std::to_string(data.ElementLength()) +
                                        " values, which do not fit their shape.");
  if (data.TypedArrayType() == napi_float32_array)
    array.float32 = data.As<Napi::Float32Array>().Data();
  else
    array.float64 = data.As<Napi::Float64Array>().Data();
  return array;
}

}  // namespace

double number(const Napi::Object& object, const char* name) { return object.Get(name).ToNumber().DoubleValue(); }
int integer(const Napi::Object& object, const char* name) { return object.Get(name).ToNumber().Int32Value(); }

std::vector<double> doubles(const Napi::Value& value) {
  auto array = value.As<Napi::Float64Array>();
  return std::vector<double>(array.Data(), array.Data() + array.ElementLength());
}

Napi::Uint8Array to_bytes(Napi::Env env, const std::vector<uint8_t>& values) {
  auto array = Napi::Uint8Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

const autoreject::Epochs& EpochInput::checked(Job& job) const {
  if (!store) autoreject::check_finite(array, job);
  return view;
}

std::shared_ptr<const EpochInput> epochs_from(const Napi::Value& value, Keep& keep) {
  Napi::Object object = value.As<Napi::Object>();
  auto input = std::make_shared<EpochInput>();
  if (object.Has("store")) {
    input->store = EpochStoreClass::store_of(object.Get("store"));
    input->view = input->store->view(numbers<int>(object.Get("picks")));
  } else {
    input->array = array_from(object, keep);
    input->view = input->array.view();
  }
  return input;
}

}  // namespace brrr::addon
