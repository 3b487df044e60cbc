#include "common/shared_library.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdlib>

namespace brrr {

SharedLibrary SharedLibrary::open(const std::string& name) {
  SharedLibrary library;
  library.handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library.handle_) {
    const char* text = dlerror();
    library.problem_ = text ? text : "unknown reason";
    // A missing dependency gives the same words, but after its own name.
    library.absent_ = library.problem_.rfind(name + ": ", 0) == 0 &&
                      library.problem_.find("No such file or directory") != std::string::npos;
    return library;
  }
  link_map* map = nullptr;
  library.path_ = dlinfo(library.handle_, RTLD_DI_LINKMAP, &map) == 0 && map ? map->l_name : name;
  return library;
}

void* SharedLibrary::find(const char* symbol) const { return handle_ ? dlsym(handle_, symbol) : nullptr; }

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace brrr
