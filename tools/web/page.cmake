# The pages' style and scripts become text in nzsim, with Apache ECharts where npm has put it
# (tools/setup --with web). Without it pages have plain SVG charts.
set(PAGE_FOLDER ${CMAKE_CURRENT_LIST_DIR}/page)
set(PAGE_STYLE ${PAGE_FOLDER}/style.css)
# In the order in which they are run.
set(PAGE_SCRIPTS "")
foreach(NAME dom tables legend tooltip roofline bars ratios heat_map sweep_points sweep_colors sweep_scatter
        sweep_parallel sweep_sensitivity sweep_table sweep main)
  list(APPEND PAGE_SCRIPTS ${PAGE_FOLDER}/${NAME}.js)
endforeach()

set(PAGE_CHART_LIBRARY ${CMAKE_CURRENT_LIST_DIR}/node_modules/echarts/dist/echarts.common.min.js)
if(EXISTS ${PAGE_CHART_LIBRARY})
  message(STATUS "Pages: charts by Apache ECharts")
else()
  message(STATUS "Pages: plain SVG charts (tools/setup --with web brings interactive ones)")
  set(PAGE_CHART_LIBRARY "")
endif()

set(PAGE_ASSETS ${CMAKE_BINARY_DIR}/generated/page_assets.cpp)
add_custom_command(
  OUTPUT ${PAGE_ASSETS}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${PAGE_ASSETS} -DSTYLE=${PAGE_STYLE} "-DSCRIPTS=${PAGE_SCRIPTS}"
          -DCHART_LIBRARY=${PAGE_CHART_LIBRARY} -P ${CMAKE_CURRENT_LIST_DIR}/page_assets.cmake
  DEPENDS ${PAGE_STYLE} ${PAGE_SCRIPTS} ${PAGE_CHART_LIBRARY}
          ${CMAKE_CURRENT_LIST_DIR}/page_assets.cmake
  COMMENT "Page assets" VERBATIM)
target_sources(nzsim PRIVATE ${PAGE_ASSETS})
# Clang warns of literals longer than a compiler must take; GCC and Clang take any.
set_source_files_properties(${PAGE_ASSETS} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
