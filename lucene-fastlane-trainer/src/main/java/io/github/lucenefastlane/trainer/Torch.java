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

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.encoder.TrackingGuard;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** PyTorch on the processor, through DJL. It is loaded so that it calls nobody. */
final class Torch {
  /** How many threads compute one operation. */
  private static final String THREADS = "ai.djl.pytorch.num_threads";

  private static Torch instance;

  private final Engine engine;

  private Torch(Engine engine) {
    this.engine = engine;
  }

  /** Why this machine cannot train; null if it can. */
  static String objection() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean known = processor.equals("amd64") || processor.equals("x86_64");
    return system.startsWith("linux") && known
        ? null
        : "training needs Linux on x86-64, for which PyTorch comes as a Maven artifact; this is "
            + system
            + " on "
            + processor;
  }

  /**
   * Loads the library, once in a process.
   *
   * @param threads that compute one operation; ignored if the library is loaded already
   * @throws CommandFailure if there is no library for this machine
   */
  static synchronized Torch load(int threads) {
    if (instance == null) {
      String objection = objection();
      if (objection != null) {
        throw new CommandFailure(objection);
      }
      instance = new Torch(loadEngine(threads));
    }
    return instance;
  }

  private static Engine loadEngine(int threads) {
    Map<String, String> settings =
        Map.of("PYTORCH_FLAVOR", "cpu", THREADS, Integer.toString(threads));
    try {
      return TrackingGuard.load(
          settings,
          () -> {
            Engine engine = Engine.getEngine("PyTorch");
            engine.newBaseManager(Device.cpu()).close();
            return engine;
          });
    } catch (EngineException | IOException e) {
      throw new CommandFailure("PyTorch cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** Owner of the arrays of one piece of work, which are freed when it is closed. */
  NDManager newManager() {
    return engine.newBaseManager(Device.cpu());
  }

  /** Records operations until closed, so that gradients can be asked for. One at a time. */
  GradientCollector newGradientCollector() {
    return engine.newGradientCollector();
  }
}
