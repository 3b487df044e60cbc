// The global rejection threshold, RANSAC, and spline weights by themselves.
#include "autoreject/ransac.h"

#include <algorithm>
#include <vector>

#include "autoreject/global_threshold.h"
#include "autoreject/sphere.h"
#include "autoreject/splines.h"
#include "autoreject/splits.h"
#include "napi/bindings.h"
#include "napi/epoch_input.h"

namespace brrr::addon {
namespace {

namespace ar = autoreject;

Napi::Value global_threshold(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    const int decim = info[1].ToNumber().Int32Value(), folds = info[2].ToNumber().Int32Value();
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return ar::global_threshold(input->checked(job), decim, folds, job); },
        [](Napi::Env env, double& threshold) { return Napi::Number::New(env, threshold); });
  });
}

Napi::Value validation_curve(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    auto thresholds = numbers<double>(info[1]);
    const int folds = info[2].ToNumber().Int32Value();
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return ar::validation_curve(input->checked(job), thresholds, folds, job); },
        [](Napi::Env env, ar::ValidationCurve& curve) -> Napi::Value {
          Napi::Object o = Napi::Object::New(env);
          o.Set("thresholds", to_array(env, std::move(curve.thresholds)));
          o.Set("trainScores", to_array(env, std::move(curve.train_scores)));
          o.Set("testScores", to_array(env, std::move(curve.test_scores)));
          return o;
        });
  });
}

Napi::Value ransac_to_js(Napi::Env env, ar::RansacResult& result) {
  const size_t size = result.subsets[0].size();
  auto subsets = Napi::Int32Array::New(env, result.subsets.size() * size);
  for (size_t s = 0; s < result.subsets.size(); s++)
    std::copy(result.subsets[s].begin(), result.subsets[s].end(), subsets.Data() + s * size);
  Napi::Object o = Napi::Object::New(env);
  o.Set("subsets", subsets);
  o.Set("correlations", to_array(env, std::move(result.correlations)));
  o.Set("badFraction", to_array(env, std::move(result.bad_fraction)));
  o.Set("bad", to_bytes(env, result.bad));
  return o;
}

Napi::Value ransac(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    Keep keep;
    auto input = epochs_from(info[0], keep);
    auto positions = doubles(info[1]);
    Napi::Object object = info[2].As<Napi::Object>();
    ar::RansacOptions options;
    options.n_resample = integer(object, "nResample");
    options.min_channels = number(object, "minChannels");
    options.min_corr = number(object, "minCorr");
    options.unbroken_time = number(object, "unbrokenTime");
    options.seed = object.Get("seed").ToNumber().Uint32Value();
    return run_async(
        info.Env(), info[3], std::move(keep),
        [=](Job& job) { return ar::ransac(input->checked(job), positions.data(), options, job); }, ransac_to_js);
  });
}

Napi::Value spline_weights(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto positions = doubles(info[0]);
    const int sources = info[1].ToNumber().Int32Value();
    return run_async(
        info.Env(), info[2], Keep(),
        [=](Job&) {
          std::vector<int> from, to;
          for (int i = 0; i < static_cast<int>(positions.size() / 3); i++) (i < sources ? from : to).push_back(i);
          return ar::SphericalSplines(positions).weights(from, to);
        },
        [](Napi::Env env, std::vector<double>& weights) { return to_array(env, std::move(weights)); });
  });
}

Napi::Value head_centre(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto centre = ar::head_centre(doubles(info[0]));
    return to_array(info.Env(), std::vector<double>(centre.begin(), centre.end()));
  });
}

Napi::Value stratified_splits(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    auto splits = ar::stratified_shuffle_splits(numbers<int>(info[0]), info[1].ToNumber().Int32Value(),
                                                info[2].ToNumber().DoubleValue(), info[3].ToNumber().Uint32Value());
    Napi::Array tests = Napi::Array::New(info.Env(), splits.size());
    for (uint32_t i = 0; i < splits.size(); i++) {
      auto rows = Napi::Int32Array::New(info.Env(), splits[i].test.size());
      std::copy(splits[i].test.begin(), splits[i].test.end(), rows.Data());
      tests.Set(i, rows);
    }
    return tests;
  });
}

}  // namespace

void define_ransac(Napi::Env env, Napi::Object exports) {
  exports.Set("globalThreshold", Napi::Function::New<global_threshold>(env, "globalThreshold"));
  exports.Set("validationCurve", Napi::Function::New<validation_curve>(env, "validationCurve"));
  exports.Set("ransac", Napi::Function::New<ransac>(env, "ransac"));
  exports.Set("splineWeights", Napi::Function::New<spline_weights>(env, "splineWeights"));
  exports.Set("headCentre", Napi::Function::New<head_centre>(env, "headCentre"));
  exports.Set("stratifiedSplits", Napi::Function::New<stratified_splits>(env, "stratifiedSplits"));
}

}  // namespace brrr::addon
