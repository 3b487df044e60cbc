// The JavaScript face of an EpochStore. Computations hold the store themselves: closing lets go of it here, and its
// memory is freed when the last of them ends.
#pragma once

#include <napi.h>

#include <memory>

#include "quality/epoch_store.h"

namespace brrr::addon {

class EpochStoreClass : public Napi::ObjectWrap<EpochStoreClass> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env, std::shared_ptr<const quality::EpochStore> store);
  /// The store of an EpochStore object; a CLOSED error once it was closed.
  static std::shared_ptr<const quality::EpochStore> store_of(const Napi::Value& value);

  explicit EpochStoreClass(const Napi::CallbackInfo& info);
  ~EpochStoreClass() override { release(); }

 private:
  Napi::Value read(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo&) { release(); }
  void release();

  std::shared_ptr<const quality::EpochStore> store_;
  /// Memory that was reported to V8.
  int64_t reported_bytes_ = 0;
};

}  // namespace brrr::addon
