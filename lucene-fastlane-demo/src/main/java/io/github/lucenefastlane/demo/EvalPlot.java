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
package io.github.lucenefastlane.demo;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.util.SVGConstants;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/**
 * Draws nDCG@10, as a share of exhaustive MaxSim's, against comparisons per query: a panel for each
 * data set, a curve for each router and number of views, a point on it for each number of
 * candidates, joined in the order of the rows.
 */
final class EvalPlot {
  private static final int PANEL_WIDTH = 900;
  private static final int PANEL_HEIGHT = 700;

  /** Hues of the golden ratio apart look different however many there are. */
  private static final float HUE_STEP = 0.618034f;

  /** Of the numbers of views of a router, in turn. */
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN
  };

  private EvalPlot() {}

  /** Whether {@link #write} can write a file of this name: PNG or SVG, by its ending. */
  static boolean canWrite(Path file) {
    return hasEnding(file, ".svg") || hasEnding(file, ".png");
  }

  private static boolean hasEnding(Path file, String ending) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ending);
  }

  /**
   * Writes the drawing.
   *
   * @param rows of at least one data set
   */
  static void write(List<EvalRow> rows, Path file) throws IOException {
    Map<String, List<EvalRow>> sets = new LinkedHashMap<>();
    for (EvalRow row : rows) {
      sets.computeIfAbsent(row.data(), data -> new ArrayList<>()).add(row);
    }
    List<XYChart> panels = new ArrayList<>();
    sets.forEach((data, ofSet) -> panels.add(panel(data, ofSet)));
    int columns = (int) Math.ceil(Math.sqrt(panels.size()));
    int width = columns * PANEL_WIDTH;
    int height = Math.ceilDiv(panels.size(), columns) * PANEL_HEIGHT;
    if (hasEnding(file, ".svg")) {
      SVGGraphics2D graphics = new SVGGraphics2D(emptySvg());
      graphics.setSVGCanvasSize(new Dimension(width, height));
      paint(panels, columns, graphics);
      try (Writer writer = Files.newBufferedWriter(file)) {
        graphics.stream(writer, true);
      }
    } else {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      paint(panels, columns, image.createGraphics());
      ImageIO.write(image, "png", file.toFile());
    }
  }

  private static Document emptySvg() {
    try {
      return DocumentBuilderFactory.newDefaultNSInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVGConstants.SVG_NAMESPACE_URI, SVGConstants.SVG_SVG_TAG, null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every Java platform can make an XML document", e);
    }
  }

  private static void paint(List<XYChart> panels, int columns, Graphics2D graphics) {
    int rows = Math.ceilDiv(panels.size(), columns);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, columns * PANEL_WIDTH, rows * PANEL_HEIGHT);
    for (int i = 0; i < panels.size(); i++) {
      int x = i % columns * PANEL_WIDTH;
      int y = i / columns * PANEL_HEIGHT;
      Graphics2D panel = (Graphics2D) graphics.create(x, y, PANEL_WIDTH, PANEL_HEIGHT);
      panels.get(i).paint(panel, PANEL_WIDTH, PANEL_HEIGHT);
      panel.dispose();
    }
  }

  private static XYChart panel(String data, List<EvalRow> rows) {
    XYChart chart =
        new XYChartBuilder()
            .width(PANEL_WIDTH)
            .height(PANEL_HEIGHT)
            .title(data)
            .xAxisTitle("comparisons per query (logarithmic)")
            .yAxisTitle("nDCG@10 as a share of full MaxSim's")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    List<EvalRow> compared =
        rows.stream().filter(row -> row.costs() != null && comparisons(row) > 0).toList();
    Map<String, List<EvalRow>> curves = new LinkedHashMap<>();
    for (EvalRow row : compared) {
      curves.computeIfAbsent(curve(row), name -> new ArrayList<>()).add(row);
    }
    Map<String, List<String>> families = new LinkedHashMap<>(); // curves of one router
    curves.forEach(
        (name, points) ->
            families.computeIfAbsent(family(points), kind -> new ArrayList<>()).add(name));
    float hue = 0;
    for (List<String> family : families.values()) {
      Color colour = Color.getHSBColor(hue, 0.8f, 0.8f);
      for (int i = 0; i < family.size(); i++) {
        XYSeries series = add(chart, family.get(i), curves.get(family.get(i)));
        series.setLineColor(colour).setLineStyle(new BasicStroke(1.5f));
        series.setMarkerColor(colour).setMarker(MARKERS[i % MARKERS.length]);
      }
      hue += HUE_STEP;
    }
    for (EvalRow row : rows) {
      if (row.costs() == null && !compared.isEmpty()) {
        addLevel(chart, row, compared);
      }
    }
    return chart;
  }

  private static XYSeries add(XYChart chart, String name, List<EvalRow> points) {
    return chart.addSeries(
        name,
        points.stream().map(EvalPlot::comparisons).toList(),
        points.stream().map(row -> row.quality().ndcg10OfMaxSim()).toList());
  }

  /** A method that compares no vectors: a dashed line at its quality, from end to end. */
  private static void addLevel(XYChart chart, EvalRow row, List<EvalRow> compared) {
    double level = row.quality().ndcg10OfMaxSim();
    double least = compared.stream().mapToDouble(EvalPlot::comparisons).min().orElseThrow();
    double most = compared.stream().mapToDouble(EvalPlot::comparisons).max().orElseThrow();
    XYSeries line =
        chart.addSeries(row.method(), new double[] {least, most}, new double[] {level, level});
    line.setMarker(SeriesMarkers.NONE);
    line.setLineColor(Color.GRAY).setLineStyle(SeriesLines.DASH_DASH);
  }

  private static double comparisons(EvalRow row) {
    return row.costs().comparisons();
  }

  private static String curve(EvalRow row) {
    if (row.router() == null) {
      return row.method().startsWith("pooled") ? "pooled" : row.method();
    }
    return row.views().equals("all") ? "all views" : row.router() + ", views " + row.views();
  }

  private static String family(List<EvalRow> points) {
    EvalRow first = points.getFirst();
    return first.router() == null ? curve(first) : first.router();
  }
}
