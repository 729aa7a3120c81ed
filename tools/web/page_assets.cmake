# Writes a C++ source that holds the page's style, scripts and chart library as text.
#   cmake -DOUTPUT=FILE -DSTYLE=FILE -DSCRIPTS=FILE;... -DCHART_LIBRARY=FILE|"" -P page_assets.cmake
function(read_all VARIABLE)
  set(text "")
  foreach(path IN LISTS ARGN)
    file(READ "${path}" content)
    string(APPEND text "${content}")
  endforeach()
  set(${VARIABLE} "${text}" PARENT_SCOPE)
endfunction()

read_all(style ${STYLE})
read_all(script ${SCRIPTS})
read_all(chart_library ${CHART_LIBRARY})
file(WRITE "${OUTPUT}" "#include \"tools/nzsim/page/page_assets.h\"

namespace nzsim::cli {

PageAssets page_assets() {
  return {R\"nzsim-asset(${style})nzsim-asset\", R\"nzsim-asset(${script})nzsim-asset\",
          R\"nzsim-asset(${chart_library})nzsim-asset\"};
}

}  // namespace nzsim::cli
")
