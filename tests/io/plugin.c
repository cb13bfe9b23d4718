/* plugin.c: a filter of number 40001 as HDF5 finds it on HDF5_PLUGIN_PATH. It only shows that it was loaded. */
#include <H5PLextern.h>
#include <stdio.h>
#include <stdlib.h>

static size_t pass(unsigned flags, size_t count, const unsigned values[], size_t bytes, size_t* room, void** buffer) {
  (void)flags, (void)count, (void)values, (void)room, (void)buffer;
  return bytes;
}

static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, 40001, 1, 1, "hostile", NULL, NULL, pass};

__attribute__((constructor)) static void show(void) {
  const char* file = getenv("SPGRAD_PLUGIN_RAN");
  FILE* out = file ? fopen(file, "w") : NULL;
  if (out) fclose(out);
}

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }
const void* H5PLget_plugin_info(void) { return &filter; }
