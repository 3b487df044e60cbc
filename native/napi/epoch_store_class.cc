#include "napi/epoch_store_class.h"

#include <algorithm>

#include "napi/promise.h"

namespace brrr::addon {
namespace {

using StoreBox = Napi::External<std::shared_ptr<const quality::EpochStore>>;

Napi::Object describe(Napi::Env env, const quality::EpochStore& store) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("channels", store.channels());
  o.Set("epochs", store.epochs());
  o.Set("samples", store.samples());
  o.Set("rate", store.rate_hz());
  o.Set("lengthS", store.grid().length_s);
  o.Set("startS", to_array(env, std::vector<double>(store.grid().start_s)));
  o.Set("bytes", static_cast<double>(store.bytes()));
  return o;
}

}  // namespace

Napi::Function EpochStoreClass::define(Napi::Env env) {
  return DefineClass(
      env, "EpochStore",
      {InstanceMethod<&EpochStoreClass::read>("read"), InstanceMethod<&EpochStoreClass::close>("close")});
}

Napi::Object EpochStoreClass::create(Napi::Env env, std::shared_ptr<const quality::EpochStore> store) {
  Napi::Object object = Environment::of(env).epoch_store_class.New({StoreBox::New(env, &store)});
  object.Set("info", describe(env, *store));
  return object;
}

std::shared_ptr<const quality::EpochStore> EpochStoreClass::store_of(const Napi::Value& value) {
  Napi::Env env = value.Env();
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).epoch_store_class.Value()))
    throw coded_error(env, "INVALID_ARGUMENT", "Expected an EpochStore.");
  auto store = Unwrap(value.As<Napi::Object>())->store_;
  if (!store) throw coded_error(env, "CLOSED", "The epochs are closed.");
  return store;
}

EpochStoreClass::EpochStoreClass(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (!info[0].IsExternal())
    throw coded_error(info.Env(), "INVALID_ARGUMENT", "Epochs are made by loadEpochs or epochsFromArray.");
  store_ = *info[0].As<StoreBox>().Data();
  reported_bytes_ = static_cast<int64_t>(store_->bytes());
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), reported_bytes_);
}

Napi::Value EpochStoreClass::read(const Napi::CallbackInfo& info) {
  return guarded(info, [&]() -> Napi::Value {
    auto store = store_of(info.This());
    const int64_t channel = info[0].ToNumber().Int64Value(), first = info[1].ToNumber().Int64Value(),
                  count = info[2].ToNumber().Int64Value();
    if (channel < 0 || channel >= store->channels() || first < 0 || count < 0 || first > store->epochs() - count)
      throw Error("INVALID_ARGUMENT", "The epochs asked for are not there: the store holds " +
                                          std::to_string(store->channels()) + " channels and " +
                                          std::to_string(store->epochs()) + " epochs.");
    const float* from = store->channel(static_cast<int>(channel)) + first * store->samples();
    return to_array(info.Env(), std::vector<float>(from, from + count * store->samples()));
  });
}

void EpochStoreClass::release() {
  if (!store_) return;
  store_.reset();
  Napi::MemoryManagement::AdjustExternalMemory(Env(), -reported_bytes_);
}

}  // namespace brrr::addon
