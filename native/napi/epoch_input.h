// JavaScript's NativeEpochs (binding.d.ts) as AutoReject's epochs, and the conversions that its entry points share.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "autoreject/epoch_array.h"
#include "napi/promise.h"
#include "quality/epoch_store.h"

namespace brrr::addon {

/// A store, or a caller's array.
struct EpochInput {
  std::shared_ptr<const quality::EpochStore> store;
  autoreject::EpochArray array;
  autoreject::Epochs view;

  /// The epochs, an array's checked for what is not finite: first thing in every computation.
  const autoreject::Epochs& checked(Job& job) const;
};

/// What it reads from JavaScript memory is added to `keep`. Throws INVALID_ARGUMENT where an array does not fit its
/// shape, CLOSED.
std::shared_ptr<const EpochInput> epochs_from(const Napi::Value& value, Keep& keep);

double number(const Napi::Object& object, const char* name);
int integer(const Napi::Object& object, const char* name);

/// A JavaScript array of numbers.
template <class T>
std::vector<T> numbers(const Napi::Value& value) {
  Napi::HandleScope scope(value.Env());
  Napi::Array array = value.As<Napi::Array>();
  std::vector<T> values;
  for (uint32_t i = 0; i < array.Length(); i++)
    values.push_back(static_cast<T>(Napi::Value(array[i]).ToNumber().DoubleValue()));
  return values;
}

/// A copy of a Float64Array.
std::vector<double> doubles(const Napi::Value& value);
Napi::Uint8Array to_bytes(Napi::Env env, const std::vector<uint8_t>& values);

}  // namespace brrr::addon
