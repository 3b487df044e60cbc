// AutoReject on callers' arrays and on epochs in memory.
#include "autoreject/autoreject.h"

#include <memory>
#include <string>
#include <vector>

#include "autoreject/epoch_array.h"
#include "autoreject/fit_memory.h"
#include "autoreject/repair.h"
#include "napi/bindings.h"
#include "napi/epoch_input.h"
#include "napi/promise.h"

namespace brrr::addon {
namespace {

namespace ar = autoreject;

ar::Method method_from(const Napi::Object& options) {
  return options.Get("method").ToString().Utf8Value() == "random_search" ? ar::Method::kRandomSearch
                                                                         : ar::Method::kBayesianOptimization;
}

Napi::Object to_object(Napi::Env env, const ar::RejectLog& log) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("labels", to_bytes(env, log.labels));
  o.Set("badEpochs", to_bytes(env, log.bad_epochs));
  return o;
}

Napi::Value fit(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    auto positions = doubles(info[1]);
    Napi::Object object = info[2].As<Napi::Object>();
    ar::FitOptions options;
    options.consensus = numbers<double>(object.Get("consensus"));
    options.n_interpolate = numbers<int>(object.Get("nInterpolate"));
    options.folds = integer(object, "folds");
    options.method = method_from(object);
    options.seed = object.Get("seed").ToNumber().Uint32Value();
    ar::check_budget("AutoReject", ar::fit_bytes(input->view, options),
                     static_cast<uint64_t>(number(object, "maxBytes")));
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return ar::fit(input->checked(job), positions.data(), options, job); },
        [](Napi::Env env, ar::Fit& fit) -> Napi::Value {
          Napi::Object o = Napi::Object::New(env);
          o.Set("thresholds", to_array(env, std::move(fit.thresholds)));
          o.Set("consensus", fit.consensus);
          o.Set("nInterpolate", fit.n_interpolate);
          o.Set("loss", to_array(env, std::move(fit.loss)));
          o.Set("log", to_object(env, fit.log));
          return o;
        });
  });
}

Napi::Value thresholds(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    const bool augment = info[1].IsTypedArray();
    auto positions = augment ? doubles(info[1]) : std::vector<double>();
    Napi::Object object = info[2].As<Napi::Object>();
    const ar::Method method = method_from(object);
    const uint32_t seed = object.Get("seed").ToNumber().Uint32Value();
    ar::check_budget("A search for thresholds", ar::fit_bytes(input->view, {}),
                     static_cast<uint64_t>(number(object, "maxBytes")));
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) {
          const double* at = augment ? positions.data() : nullptr;
          return ar::channel_thresholds(input->checked(job), at, method, seed, job);
        },
        [](Napi::Env env, std::vector<double>& values) { return to_array(env, std::move(values)); });
  });
}

Napi::Value reject_log(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    auto thresholds = doubles(info[1]);
    const double consensus = info[2].ToNumber().DoubleValue();
    const int n_interpolate = info[3].ToNumber().Int32Value();
    return run_async(
        info.Env(), info[4], std::move(keep),
        [=](Job& job) { return ar::reject_log(input->checked(job), thresholds, consensus, n_interpolate, job); },
        [](Napi::Env env, ar::RejectLog& log) -> Napi::Value { return to_object(env, log); });
  });
}

/// Labels of all cells, copied: (epoch, pick).
std::vector<uint8_t> labels_from(const Napi::Value& value, const ar::Epochs& epochs) {
  auto array = value.As<Napi::Uint8Array>();
  if (array.ElementLength() != epochs.epoch_start.size() * epochs.channel_start.size())
    throw Error("INVALID_ARGUMENT", "A repair needs one label for each cell.");
  return std::vector<uint8_t>(array.Data(), array.Data() + array.ElementLength());
}

int checked_index(int index, int count, const char* what) {
  if (index < 0 || index >= count)
    throw Error("INVALID_ARGUMENT", std::string("There is no ") + what + " " + std::to_string(index) + " among " +
                                        std::to_string(count) + ".");
  return index;
}

void check_length(size_t length, size_t wanted) {
  if (length != wanted)
    throw Error("INVALID_ARGUMENT",
                "The output holds " + std::to_string(length) + " values, not " + std::to_string(wanted) + ".");
}

template <class Sample>
Napi::Value start_repair(const Napi::CallbackInfo& info) {
  Keep keep;
  auto input = epochs_from(info[0], keep);
  auto positions = doubles(info[1]);
  auto labels = labels_from(info[2], input->view);
  auto chosen = numbers<int>(info[3]);
  for (int epoch : chosen) checked_index(epoch, input->view.epochs(), "epoch");
  auto out = info[4].As<Napi::TypedArrayOf<Sample>>();
  const int channels = input->store ? input->view.channels() : input->array.channels;
  check_length(out.ElementLength(), chosen.size() * static_cast<size_t>(channels) * input->view.samples);
  keep.add(out);
  Sample* data = out.Data();
  return run_async(
      info.Env(), info[5], std::move(keep),
      [=](Job& job) {
        const ar::Epochs& epochs = input->checked(job);
        if (input->store)
          ar::repair_epochs(epochs, positions.data(), labels.data(), chosen, data, job);
        else
          ar::repair_array(input->array, positions.data(), labels.data(), chosen, data, job);
        return Nothing();
      },
      [](Napi::Env env, Nothing&) { return env.Undefined(); });
}

Napi::Value repair(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    const bool float32 = info[4].As<Napi::TypedArray>().TypedArrayType() == napi_float32_array;
    return float32 ? start_repair<float>(info) : start_repair<double>(info);
  });
}

Napi::Value repair_cells(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    auto positions = doubles(info[1]);
    auto labels = labels_from(info[2], input->view);
    auto pairs = numbers<int>(info[3]);
    std::vector<ar::Cell> cells;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2)
      cells.push_back({checked_index(pairs[i], input->view.epochs(), "epoch"),
                       checked_index(pairs[i + 1], input->view.channels(), "channel")});
    auto out = info[4].As<Napi::Float32Array>();
    check_length(out.ElementLength(), cells.size() * static_cast<size_t>(input->view.samples));
    keep.add(out);
    float* data = out.Data();
    return run_async(
        info.Env(), info[5], std::move(keep),
        [=](Job& job) {
          ar::repair_cells(input->checked(job), positions.data(), labels.data(), cells, data, job);
          return Nothing();
        },
        [](Napi::Env env, Nothing&) { return env.Undefined(); });
  });
}

}  // namespace

void define_autoreject(Napi::Env env, Napi::Object exports) {
  exports.Set("autorejectFit", Napi::Function::New<fit>(env, "autorejectFit"));
  exports.Set("autorejectThresholds", Napi::Function::New<thresholds>(env, "autorejectThresholds"));
  exports.Set("autorejectLog", Napi::Function::New<reject_log>(env, "autorejectLog"));
  exports.Set("autorejectRepair", Napi::Function::New<repair>(env, "autorejectRepair"));
  exports.Set("autorejectRepairCells", Napi::Function::New<repair_cells>(env, "autorejectRepairCells"));
}

}  // namespace brrr::addon
