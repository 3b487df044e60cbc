#include "device/pinned_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "../../double/double_library.h"
#include "device/handles.h"

namespace brrr::cuda {
namespace {

struct PinnedPoolTest : ::testing::Test {
  testing::DoubleLibrary cudart{"libcudart.so.12", ""};
  const Api& cuda = api(cudart.path());
  std::shared_ptr<engine::Meter> meter = std::make_shared<engine::Meter>(std::make_shared<engine::Budget>(0));
  std::shared_ptr<PinnedPool> pool = PinnedPool::create(cuda, 0, meter);
};

TEST_F(PinnedPoolTest, BlocksAreAtLeastAsLargeAsAskedAndAtMostAQuarterLarger) {
  for (size_t bytes : {1, 4096, 4097, 40000, 100000, 1000000, 30000001}) {
    auto block = pool->take(bytes);
    EXPECT_GE(pool->in_use(), bytes);
    EXPECT_LE(pool->in_use(), std::max<size_t>(bytes + bytes / 4, 2 * 4096)) << bytes;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block.get()) % kAlignment, 0u);
  }
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(PinnedPoolTest, ABlockThatCameBackIsGivenOutAgain) {
  void* first = pool->take(100000).get();
  const std::string calls = cudart.calls();
  EXPECT_EQ(pool->take(99000).get(), first);
  EXPECT_EQ(calls.find("cudaFreeHost"), std::string::npos);
  EXPECT_GE(meter->live(), 100000u) << "idle blocks are counted";
}

TEST_F(PinnedPoolTest, KnowsItsOwnBytes) {
  auto block = pool->take(1000);
  const auto* bytes = static_cast<const std::byte*>(block.get());
  EXPECT_TRUE(pool->contains(bytes, 1000));
  EXPECT_TRUE(pool->contains(bytes + 500, 500));
  EXPECT_FALSE(pool->contains(bytes + 500, 5000));
  EXPECT_FALSE(pool->contains(bytes - 1, 1));
  EXPECT_FALSE(pool->contains(&bytes, 1));
  block.reset();
  EXPECT_FALSE(pool->contains(bytes, 1000)) << "an idle block is nobody's";
}

TEST_F(PinnedPoolTest, BlocksOutliveThePoolsOwnerAndAreThenFreedAtOnce) {
  auto kept = pool->take(1000);
  pool->take(50000);
  pool->close();
  EXPECT_EQ(meter->live(), pool->in_use());
  pool.reset();
  static_cast<char*>(kept.get())[999] = 1;
  kept.reset();
  EXPECT_EQ(meter->live(), 0u);
}

TEST_F(PinnedPoolTest, ARefusalIsAnError) {
  cudart.configure("fail=cudaHostAlloc:2");
  try {
    pool->take(5000000);
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.code(), "OUT_OF_MEMORY");
    EXPECT_STREQ(e.what(), "A buffer needs 5.2 MB of pinned host memory, which the system does not give.");
  }
  EXPECT_EQ(meter->live(), 0u);
}

TEST_F(PinnedPoolTest, ServesManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 200; i++) {
        auto block = pool->take(1000 * static_cast<size_t>(1 + (t + i) % 7));
        *static_cast<int*>(block.get()) = i;
        EXPECT_TRUE(pool->contains(block.get(), 4));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool->in_use(), 0u);
  pool->close();
  EXPECT_EQ(meter->live(), 0u);
}

TEST_F(PinnedPoolTest, OnDevicePutsTheThreadsDeviceBack) {
  cudart.configure("devices=3");
  cuda.set_device(1);
  {
    OnDevice on_device(cuda, 2);
    int now = 0;
    cuda.get_device(&now);
    EXPECT_EQ(now, 2);
  }
  int now = 0;
  cuda.get_device(&now);
  EXPECT_EQ(now, 1);
}

}  // namespace
}  // namespace brrr::cuda
