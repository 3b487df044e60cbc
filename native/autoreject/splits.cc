#include "autoreject/splits.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <string>

#include "autoreject/random_state.h"
#include "common/error.h"

namespace brrr::autoreject {
namespace {

/// How many of `draws` rows each class gives: the floor of its share, what is left to the largest remainders, ties by
/// chance. The doubles are computed as in Python: a share that rounds below its integer decides who gets a row.
std::vector<int> allocate(const std::vector<int>& class_sizes, int draws, RandomState& random) {
  const double total = std::accumulate(class_sizes.begin(), class_sizes.end(), 0);
  std::vector<int> allocated;
  std::vector<double> remainders;
  int left = draws;
  for (int size : class_sizes) {
    double share = size / total * draws;
    allocated.push_back(static_cast<int>(std::floor(share)));
    remainders.push_back(share - allocated.back());
    left -= allocated.back();
  }
  std::set<double, std::greater<double>> values(remainders.begin(), remainders.end());
  for (auto value = values.begin(); left > 0 && value != values.end(); ++value) {
    std::vector<size_t> tied;
    for (size_t i = 0; i < remainders.size(); i++)
      if (remainders[i] == *value) tied.push_back(i);
    int taken = std::min(left, static_cast<int>(tied.size()));
    for (int i : random.choice(static_cast<int>(tied.size()), taken)) allocated[tied[static_cast<size_t>(i)]]++;
    left -= taken;
  }
  return allocated;
}

Split draw_split(const std::vector<int>& class_sizes, int train_size, int test_size, RandomState& random) {
  std::vector<int> train_counts = allocate(class_sizes, train_size, random);
  std::vector<int> rest = class_sizes;
  for (size_t i = 0; i < rest.size(); i++) rest[i] -= train_counts[i];
  std::vector<int> test_counts = allocate(rest, test_size, random);
  Split split;
  int first_row = 0;
  for (size_t i = 0; i < class_sizes.size(); i++) {
    std::vector<int> rows = random.permutation(class_sizes[i]);
    for (int& row : rows) row += first_row;
    auto test = rows.begin() + train_counts[i];
    split.train.insert(split.train.end(), rows.begin(), test);
    split.test.insert(split.test.end(), test, test + test_counts[i]);
    first_row += class_sizes[i];
  }
  // scikit-learn shuffles both lists; the draws count, the order does not.
  random.shuffle(split.train);
  random.shuffle(split.test);
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

}  // namespace

std::vector<Split> stratified_shuffle_splits(const std::vector<int>& class_sizes, int n_splits, double test_size,
                                             uint32_t seed) {
  const int rows = std::accumulate(class_sizes.begin(), class_sizes.end(), 0);
  const int test_rows = static_cast<int>(std::ceil(test_size * rows)), train_rows = rows - test_rows;
  const int classes = static_cast<int>(class_sizes.size());
  if (classes == 0 || train_rows < classes || test_rows < classes)
    throw Error("INVALID_ARGUMENT",
                "Cross-validation needs more rows than the " + std::to_string(rows) + " there are: give more epochs.");
  RandomState random(seed);
  std::vector<Split> splits;
  for (int i = 0; i < n_splits; i++) splits.push_back(draw_split(class_sizes, train_rows, test_rows, random));
  return splits;
}

std::vector<Split> k_folds(int rows, int n_folds) {
  if (n_folds < 2 || n_folds > rows)
    throw Error("INVALID_ARGUMENT", "Cross-validation in " + std::to_string(n_folds) +
                                        " folds needs at least as many "
                                        "epochs and 2 folds; there are " +
                                        std::to_string(rows) + " epochs.");
  std::vector<Split> folds(static_cast<size_t>(n_folds));
  int row = 0;
  for (int fold = 0; fold < n_folds; fold++) {
    Split& split = folds[static_cast<size_t>(fold)];
    int end = row + rows / n_folds + (fold < rows % n_folds ? 1 : 0);
    for (int i = 0; i < rows; i++) (i >= row && i < end ? split.test : split.train).push_back(i);
    row = end;
  }
  return folds;
}

}  // namespace brrr::autoreject
