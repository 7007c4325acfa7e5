/*
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.github.lucenefastlane.tests.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws recall@10 against the median latency of one thread. Rows that differ only in how many
 * documents they score exactly are one curve.
 */
final class CurvePlot {

  private static final int WIDTH = 1400;
  private static final int HEIGHT = 900;

  /** Hues of the golden ratio apart look different however many there are. */
  private static final float HUE_STEP = 0.618034f;

  private CurvePlot() {}

  /**
   * Writes the drawing of the searches of all documents.
   *
   * @param file a PNG file, whose name ends in .png
   */
  static void write(String title, List<Row> rows, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("p50 latency, ms, one thread (logarithmic)")
            .yAxisTitle("recall@10 of exact MaxSim")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    Map<String, List<Row>> curves = new LinkedHashMap<>();
    for (Row row : rows.stream().filter(Row::isOfAll).toList()) {
      curves.computeIfAbsent(name(row), name -> new ArrayList<>()).add(row);
    }
    float hue = 0;
    for (Map.Entry<String, List<Row>> curve : curves.entrySet()) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (Row row : curve.getValue()) {
        x.add(row.latencies().getFirst().p50Millis());
        y.add(row.quality().recall10());
      }
      XYSeries series = chart.addSeries(curve.getKey(), x, y);
      Color colour = Color.getHSBColor(hue, 0.8f, 0.8f);
      series.setLineColor(colour).setLineStyle(new BasicStroke(1.5f));
      series.setMarkerColor(colour).setMarker(SeriesMarkers.CIRCLE);
      hue += HUE_STEP;
    }
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
  }

  private static String name(Row row) {
    SearchMethod method = row.contender().method();
    String name = method.name() + " " + row.contender().index().encoding();
    return method.views().equals("-") ? name : name + " views " + method.views();
  }
}
