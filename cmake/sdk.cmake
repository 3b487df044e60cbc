# What `npm run sdk` gathers: the CUDA runtime, linked in where it is there, and TensorRT's headers. A *.trt.cc file is
# compiled once per major version of TensorRT whose headers are there, in the namespace brrr::tensorrt::trt10 or ::trt11
# (native/tensorrt/shim.h). No library of TensorRT takes part in a build.
set(BRRR_SDK "" CACHE STRING "Folder of `npm run sdk` (empty: .cache/sdk where it exists; OFF: none)")
set(BRRR_TENSORRT "10;11" CACHE STRING "Major versions of TensorRT to compile code for")

# A build notices when `npm run sdk` has brought headers since it was configured.
file(GLOB sdk_parts CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/.cache/sdk/*")
set(sdk "${BRRR_SDK}")
if(sdk STREQUAL "")
  set(sdk "${CMAKE_CURRENT_SOURCE_DIR}/.cache/sdk")
endif()
set(cuda_library "${sdk}/cuda/lib/libcudart_static.a")

if("device" IN_LIST BRRR_PARTS)
  if(EXISTS "${cuda_library}")
    message(STATUS "CUDA runtime: linked in (${cuda_library})")
    set_source_files_properties(native/device/linked_cuda.cc PROPERTIES COMPILE_DEFINITIONS BRRR_CUDA_LINKED=1
                                INCLUDE_DIRECTORIES "${sdk}/cuda/include")
    target_link_libraries(brrr_core PUBLIC "${cuda_library}" rt)
    # The runtime's symbols stay inside, so that no other copy in the process is bound to them.
    target_link_options(brrr_core PUBLIC -Wl,--exclude-libs,libcudart_static.a)
  else()
    message(STATUS "CUDA runtime: NOT linked in, looked up at run time (`npm run sdk` fetches it)")
  endif()
  target_link_libraries(brrr_core PUBLIC ${CMAKE_DL_LIBS})
endif()

# Headers of a major version of TensorRT, as system headers; `found` is set where they and CUDA's are there.
function(find_tensorrt_headers major found)
  set(folder "${sdk}/tensorrt${major}/include")
  if(EXISTS "${folder}/NvInfer.h" AND EXISTS "${sdk}/cuda/include/cuda_runtime_api.h")
    if(NOT TARGET tensorrt${major}_headers)
      add_library(tensorrt${major}_headers INTERFACE)
      target_include_directories(tensorrt${major}_headers SYSTEM INTERFACE "${folder}" "${sdk}/cuda/include")
      # The two sides of a call know one class by two names, which this check of UBSan takes for two classes.
      if(BRRR_SANITIZE MATCHES "undefined")
        target_compile_options(tensorrt${major}_headers INTERFACE -fno-sanitize=vptr)
      endif()
    endif()
    set(${found} TRUE PARENT_SCOPE)
  else()
    set(${found} FALSE PARENT_SCOPE)
  endif()
endfunction()

if("tensorrt" IN_LIST BRRR_PARTS)
  file(GLOB trt_sources CONFIGURE_DEPENDS native/tensorrt/*.trt.cc)
  set(trt_definitions)
  foreach(major IN ITEMS 10 11)
    find_tensorrt_headers(${major} found)
    if(found AND "${major}" IN_LIST BRRR_TENSORRT)
      message(STATUS "TensorRT ${major}: compiled in")
      set(shim brrr_trt${major})
      add_library(${shim} OBJECT ${trt_sources})
      target_link_libraries(${shim} PRIVATE brrr_options tensorrt${major}_headers)
      target_compile_definitions(${shim} PRIVATE BRRR_TRT=trt${major} nvinfer1=nvinfer1_trt${major}
                                                 nvonnxparser=nvonnxparser_trt${major})
      target_sources(brrr_core PRIVATE $<TARGET_OBJECTS:${shim}>)
      list(APPEND trt_definitions BRRR_TRT${major}=1)
    elseif(found)
      message(STATUS "TensorRT ${major}: LEFT OUT, BRRR_TENSORRT is ${BRRR_TENSORRT}")
    else()
      message(STATUS "TensorRT ${major}: LEFT OUT, no headers in ${sdk} (`npm run sdk` fetches them)")
    endif()
  endforeach()
  set_source_files_properties(native/tensorrt/shim.cc PROPERTIES COMPILE_DEFINITIONS "${trt_definitions}")
endif()
