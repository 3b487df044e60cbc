# Stand-ins for the CUDA runtime, NVML and TensorRT (test/double/), as shared libraries in double/ of the build folder:
# libcudart.so.12, libnvidia-ml.so.1, tensorrt10/ and tensorrt11/. The latter need the headers of `npm run sdk`.
# They have no SONAME, so that a real library loaded beside them is not bound to them.
function(add_double name suffix folder)
  set(target double_${name}${suffix})
  add_library(${target} SHARED ${ARGN} test/double/control.cc)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} SUFFIX .so.${suffix} NO_SONAME ON CXX_VISIBILITY_PRESET default
                        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/double/${folder}")
  target_link_libraries(${target} PRIVATE brrr_options Threads::Threads)
  add_dependencies(doubles ${target})
endfunction()

add_custom_target(doubles ALL)
add_double(cudart 12 "" test/double/cudart.cc test/double/cudart_streams.cc)
add_double(nvidia-ml 1 "" test/double/nvml.cc)
foreach(major IN ITEMS 10 11)
  find_tensorrt_headers(${major} found)
  if(found)
    foreach(name IN ITEMS nvinfer nvonnxparser)
      set(more)
      if(name STREQUAL "nvinfer")
        set(more test/double/builder.cc test/double/runtime.cc test/double/engine.cc test/double/context.cc test/double/plan.cc)
      endif()
      add_double(${name} ${major} tensorrt${major} test/double/${name}.cc ${more})
      target_link_libraries(double_${name}${major} PRIVATE tensorrt${major}_headers)
    endforeach()
  endif()
endforeach()
