#include "napi/promise.h"

namespace brrr::addon {
namespace {

template <class T>
Napi::TypedArrayOf<T> wrap(Napi::Env env, std::vector<T>&& values) {
  auto* owned = new std::vector<T>(std::move(values));
  auto buffer = Napi::ArrayBuffer::New(
      env, owned->data(), owned->size() * sizeof(T), [](Napi::Env, void*, std::vector<T>* v) { delete v; }, owned);
  return Napi::TypedArrayOf<T>::New(env, owned->size(), buffer, 0);
}

}  // namespace

Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

Napi::Float64Array to_array(Napi::Env env, std::vector<double>&& values) {
  if (values.empty()) return Napi::Float64Array::New(env, 0);
  return wrap(env, std::move(values));
}

Napi::Float32Array to_array(Napi::Env env, std::vector<float>&& values) {
  if (values.empty()) return Napi::Float32Array::New(env, 0);
  return wrap(env, std::move(values));
}

}  // namespace brrr::addon
