// YASA's features written down as plainly as possible, one epoch at a time: what the fast code is tested against.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <string>
#include <vector>

namespace brrr::sleep::reference {

using Signal = std::vector<double>;

inline double moment(const Signal& x, int order) {
  double mean = 0, sum = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) sum += std::pow(v - mean, order);
  return sum / static_cast<double>(x.size());
}

inline Signal diff(const Signal& x) {
  Signal d;
  for (size_t i = 1; i < x.size(); ++i) d.push_back(x[i] - x[i - 1]);
  return d;
}

inline int sign_changes(const Signal& x) {
  int count = 0;
  for (size_t i = 1; i < x.size(); ++i) count += std::signbit(x[i]) != std::signbit(x[i - 1]);
  return count;
}

inline double quantile(Signal x, double fraction) {
  std::sort(x.begin(), x.end());
  const double position = fraction * static_cast<double>(x.size() - 1);
  const size_t i = static_cast<size_t>(position);
  return i + 1 < x.size() ? x[i] + (position - static_cast<double>(i)) * (x[i + 1] - x[i]) : x[i];
}

inline double permutation_entropy(const Signal& x) {
  std::map<std::array<int, 3>, int> counts;
  for (size_t t = 0; t + 2 < x.size(); ++t) {
    std::array<int, 3> order{0, 1, 2};
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return x[t + a] < x[t + b]; });
    ++counts[order];
  }
  double entropy = 0;
  for (const auto& [order, count] : counts) {
    const double p = count / static_cast<double>(x.size() - 2);
    entropy -= p * std::log2(p);
  }
  return entropy / std::log2(6);
}

inline double higuchi(const Signal& x) {
  const int n = static_cast<int>(x.size());
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int k = 1; k <= 10; ++k) {
    double mean = 0;
    for (int m = 0; m < k; ++m) {
      const int steps = (n - m - 1) / k;
      double length = 0;
      for (int j = 1; j < steps; ++j) length += std::abs(x[m + j * k] - x[m + (j - 1) * k]);
      mean += length / k * (n - 1) / (static_cast<double>(k) * steps) / k;
    }
    const double lx = std::log(1.0 / k), ly = std::log(mean);
    sx += lx, sy += ly, sxx += lx * lx, sxy += lx * ly;
  }
  return (10 * sxy - sx * sy) / (10 * sxx - sx * sx);
}

inline double median(Signal x) { return quantile(std::move(x), 0.5); }

/// Welch's spectrum (uV^2/Hz) at 0, 0.2, ... 50 Hz of an epoch at 100 Hz; every step of SciPy's, direct DFT.
inline Signal welch(const Signal& x) {
  constexpr int kN = 500;
  const double pi = std::acos(-1.0);
  Signal window;
  double window_power = 0;
  for (int i = 0; i < kN; ++i) {
    window.push_back(0.54 - 0.46 * std::cos(2 * pi * i / kN));
    window_power += window[i] * window[i];
  }
  std::vector<std::complex<double>> root;
  for (int i = 0; i < kN; ++i) root.push_back(std::polar(1.0, -2 * pi * i / kN));
  std::vector<Signal> powers(kN / 2 + 1);
  for (size_t start = 0; start + kN <= x.size(); start += kN / 2) {
    double mean = 0;
    for (int i = 0; i < kN; ++i) mean += x[start + i] / kN;
    for (int bin = 0; bin <= kN / 2; ++bin) {
      std::complex<double> sum = 0;
      for (int i = 0; i < kN; ++i) sum += (x[start + i] - mean) * window[i] * root[bin * i % kN];
      powers[bin].push_back(std::norm(sum) / (100 * window_power) * (bin == 0 || bin == kN / 2 ? 1 : 2));
    }
  }
  Signal spectrum;
  for (const Signal& power : powers) spectrum.push_back(median(power) / 0.7365440115440116);
  return spectrum;
}

/// SciPy's simpson over bins first..last, 0.2 Hz apart.
inline double simpson(const Signal& y, int first, int last) {
  const double dx = 0.2;
  double sum = 0;
  int i = first;
  for (; i + 2 <= last; i += 2) sum += dx / 3 * (y[i] + 4 * y[i + 1] + y[i + 2]);
  if (i < last) sum += dx / 12 * (5 * y[last] + 8 * y[last - 1] - y[last - 2]);
  return sum;
}

/// All features of an epoch of 3000 filtered samples by name.
inline std::map<std::string, double> features(const Signal& x) {
  std::map<std::string, double> f;
  const double n = static_cast<double>(x.size());
  const Signal dx = diff(x), ddx = diff(dx);
  f["std"] = std::sqrt(moment(x, 2) * n / (n - 1));
  f["iqr"] = quantile(x, 0.75) - quantile(x, 0.25);
  f["skew"] = moment(x, 3) / std::pow(moment(x, 2), 1.5);
  f["kurt"] = moment(x, 4) / std::pow(moment(x, 2), 2) - 3;
  f["nzc"] = sign_changes(x);
  f["hmob"] = std::sqrt(moment(dx, 2) / moment(x, 2));
  f["hcomp"] = std::sqrt(moment(ddx, 2) / moment(dx, 2)) / f["hmob"];
  f["perm"] = permutation_entropy(x);
  f["higuchi"] = higuchi(x);
  f["petrosian"] = std::log10(n) / (std::log10(n) + std::log10(n / (n + 0.4 * sign_changes(dx))));

  const Signal psd = welch(x);
  const double total = simpson(psd, 2, 150);
  f["sdelta"] = simpson(psd, 2, 5) / total;
  f["fdelta"] = simpson(psd, 5, 20) / total;
  f["theta"] = simpson(psd, 20, 40) / total;
  f["alpha"] = simpson(psd, 40, 60) / total;
  f["sigma"] = simpson(psd, 60, 80) / total;
  f["beta"] = simpson(psd, 80, 150) / total;
  const double delta = f["sdelta"] + f["fdelta"];
  f["dt"] = delta / f["theta"];
  f["ds"] = delta / f["sigma"];
  f["db"] = delta / f["beta"];
  f["at"] = f["alpha"] / f["theta"];
  for (int bin = 2; bin < 150; ++bin) f["abspow"] += 0.2 * (psd[bin] + psd[bin + 1]) / 2;
  return f;
}

}  // namespace brrr::sleep::reference
