// The JavaScript face of an open recording. Computations hold the reader themselves: closing only lets go of it here.
#pragma once

#include <napi.h>

#include <memory>

#include "edf/reader.h"

namespace brrr::addon {

class RecordingClass : public Napi::ObjectWrap<RecordingClass> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit RecordingClass(const Napi::CallbackInfo& info);
  static Napi::Object create(Napi::Env env, std::shared_ptr<const edf::Reader> reader);
  /// The reader of a RecordingHandle; a CLOSED error once it was closed.
  static std::shared_ptr<const edf::Reader> reader_of(const Napi::Value& value);

 private:
  void close(const Napi::CallbackInfo&) { reader_.reset(); }

  std::shared_ptr<const edf::Reader> reader_;
};

}  // namespace brrr::addon
