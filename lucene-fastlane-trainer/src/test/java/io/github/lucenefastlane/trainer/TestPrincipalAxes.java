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
package io.github.lucenefastlane.trainer;

import java.util.List;
import org.apache.lucene.util.VectorUtil;

/** That the axes a training starts from are orthogonal, and point the way every machine's do. */
public class TestPrincipalAxes extends TrainerTestCase {
  public void testOrthogonalAndOriented() throws Exception {
    int width = 16;
    int count = 1 + random().nextInt(width);
    TrainingSet set = PlantedData.make(width, random().nextLong());
    float[] axes = PrincipalAxes.of(torch, List.of(set), count, TrainingConfig.DEFAULT);
    float[][] columns = new float[count][width];
    for (int column = 0; column < count; column++) {
      float largest = 0;
      for (int row = 0; row < width; row++) {
        float component = axes[row * count + column];
        columns[column][row] = component;
        largest = Math.abs(component) > Math.abs(largest) ? component : largest;
      }
      assertTrue("axis " + column + " points to " + largest, largest > 0);
      VectorUtil.l2normalize(columns[column]);
      for (int before = 0; before < column; before++) {
        assertEquals(0, VectorUtil.dotProduct(columns[before], columns[column]), 1e-4);
      }
    }
  }
}
