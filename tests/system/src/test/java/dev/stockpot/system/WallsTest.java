package dev.stockpot.system;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.MethodCallTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walls between the modules: who may know whom, and what only one package may touch. */
final class WallsTest {

  private static final String OURS = "dev.stockpot..";
  private static final String CHECKPOINT = "dev.stockpot.checkpoint..";
  private static final String PLAN = "dev.stockpot.plan..";
  private static final String MERGE = "dev.stockpot.merge..";
  private static final String SOCE = "dev.stockpot.soce..";
  private static final String HUB = "dev.stockpot.hub..";
  private static final String METRICS = "dev.stockpot.metrics..";
  private static final String PROTOCOL = "dev.stockpot.protocol..";
  private static final String COORDINATOR = "dev.stockpot.coordinator..";
  private static final String WORKER = "dev.stockpot.worker..";
  private static final String CLI = "dev.stockpot.cli..";
  private static final String DEMO = "dev.stockpot.demo..";

  /** What may wait for a pipe's other end, by the class that has it. */
  private static final Map<String, Set<String>> OPENERS =
      Map.of(
          "java.nio.channels.FileChannel",
          Set.of("open"),
          "java.nio.file.Files",
          Set.of(
              "newInputStream",
              "newBufferedReader",
              "newByteChannel",
              "readAllBytes",
              "readAllLines",
              "readString",
              "lines",
              "mismatch"),
          "java.io.FileInputStream",
          Set.of("<init>"),
          "java.io.FileReader",
          Set.of("<init>"),
          "java.io.RandomAccessFile",
          Set.of("<init>"));

  /** Our packages, from the ground up, a floor a line; each knows only those of floors below. */
  private static final List<String> FLOORS =
      """
      checkpoint.problem
      checkpoint.file
      checkpoint.safetensors
      checkpoint.config
      checkpoint
      checkpoint.inspection
      plan
      plan.yaml
      plan.paths
      plan.reading
      merge.compatibility merge.kernel
      merge merge.kernel.vector
      merge.execution merge.kernel.provider
      merge.planner
      merge.verification
      soce
      soce.weights
      soce.experts
      soce.report
      demo
      hub
      hub.cache hub.client
      hub.transfer
      hub.push
      metrics
      protocol
      protocol.api protocol.wire
      worker.nvml worker.storage
      worker.execution
      worker.actor worker.cpu worker.cuda
      worker.node
      coordinator.files coordinator.postgres coordinator.storage coordinator.web
      coordinator.http.access coordinator.http.port coordinator.journal coordinator.staging coordinator.tenure
      coordinator.evaluate coordinator.order coordinator.queue.state
      coordinator.history
      coordinator.desk
      coordinator.merge coordinator.search
      coordinator.job
      coordinator.figures coordinator.queue
      coordinator.http.reply
      coordinator.http
      coordinator.node
      cli.console cli.logging cli.port cli.settings
      cli.certs cli.checkpoint cli.client.api cli.embedded cli.plan
      cli.hub
      cli.client cli.merge cli.soce cli.system
      cli.demo cli.node
      cli
      """
          .lines()
          .toList();

  private static final Set<String> MODULES =
      Set.of(
          "engine/checkpoint",
          "engine/plan",
          "engine/merge",
          "engine/soce",
          "demo/evaluator",
          "hub",
          "metrics",
          "protocol",
          "coordinator",
          "gpu-worker",
          "cli");

  /** What is shipped. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static JavaClasses main;

  /** What is shipped, and every module's tests. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static JavaClasses everything;

  @BeforeAll
  static void readClasses() throws IOException {
    Path root = root();
    main = new ClassFileImporter().importPaths(built(root, MODULES, "target/classes"));
    try (Stream<Path> files = Files.find(root, 4, (path, _) -> isClassFolder(path))) {
      everything = new ClassFileImporter().importPaths(files.toList());
    }
  }

  private static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (Files.notExists(directory.resolve("mvnw"))) {
      directory = directory.resolve("..").normalize();
    }
    return directory;
  }

  private static List<Path> built(Path root, Set<String> modules, String folder) {
    return modules.stream()
        .map(module -> root.resolve(module).resolve(folder))
        .peek(path -> assertThat(path).as("built before this module").isDirectory())
        .toList();
  }

  private static boolean isClassFolder(Path path) {
    return path.endsWith("target/classes") || path.endsWith("target/test-classes");
  }

  private static DescribedPredicate<JavaClass> oursBut(String... packages) {
    return resideInAPackage(OURS).and(not(resideInAnyPackage(packages)));
  }

  private static void check(ArchRule rule, JavaClasses classes) {
    rule.allowEmptyShould(false).check(classes);
  }

  /** Those that stand in {@code from} depend on no class that is {@code forbidden}. */
  private static void wall(String from, DescribedPredicate<? super JavaClass> forbidden) {
    check(noClasses().that().resideInAPackage(from).should().dependOnClassesThat(forbidden), main);
  }

  @Test
  void everyModuleAndItsTestsAreLookedAt() {
    for (String module :
        List.of(
            CHECKPOINT,
            PLAN,
            MERGE,
            SOCE,
            HUB,
            METRICS,
            PROTOCOL,
            COORDINATOR,
            WORKER,
            CLI,
            DEMO)) {
      assertThat(main.stream().filter(resideInAPackage(module))).as(module).isNotEmpty();
    }
    assertThat(everything.contain(WallsTest.class)).isTrue();
  }

  @Test
  void theEngineKnowsNoActor() {
    wall(CHECKPOINT, resideInAPackage("org.apache.pekko.."));
    wall(PLAN, resideInAPackage("org.apache.pekko.."));
    wall(MERGE, resideInAPackage("org.apache.pekko.."));
    wall(SOCE, resideInAPackage("org.apache.pekko.."));
  }

  @Test
  void checkpointKnowsNothingOfOurs() {
    wall(CHECKPOINT, oursBut(CHECKPOINT));
  }

  @Test
  void soceKnowsOnlyPlanAndCheckpoint() {
    wall(SOCE, oursBut(SOCE, PLAN, CHECKPOINT));
  }

  @Test
  void planKnowsOnlyCheckpoint() {
    wall(PLAN, oursBut(PLAN, CHECKPOINT));
  }

  @Test
  void mergeKnowsOnlyPlanAndCheckpoint() {
    wall(MERGE, oursBut(MERGE, PLAN, CHECKPOINT));
  }

  @Test
  void theDemosEvaluatorKnowsOnlyCheckpointAndOnlyTheCommandLineKnowsIt() {
    wall(DEMO, oursBut(DEMO, CHECKPOINT));
    wall(DEMO, resideInAPackage("org.apache.pekko.."));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(CLI, DEMO)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DEMO),
        main);
  }

  @Test
  void theHubKnowsOnlyCheckpoint() {
    wall(HUB, oursBut(HUB, CHECKPOINT));
    wall(HUB, resideInAPackage("org.apache.pekko.."));
  }

  @Test
  void protocolKnowsOnlyTheRecordsOfMerge() {
    wall(
        PROTOCOL,
        oursBut(PROTOCOL, "dev.stockpot.merge")
            .and(not(belongToAnyOf(Dtype.class, IntegerWeights.class, NonFinitePolicy.class))));
  }

  @Test
  void metricsKnowNothingOfOursAndOnlyTheyAndTheirReadersKnowPrometheus() {
    wall(METRICS, oursBut(METRICS));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(METRICS, "dev.stockpot.coordinator.figures..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.prometheus.."),
        main);
  }

  @Test
  void coordinatorAndWorkerDoNotKnowEachOther() {
    wall(COORDINATOR, resideInAnyPackage(WORKER, CLI));
    wall(WORKER, resideInAnyPackage(COORDINATOR, CLI));
  }

  @Test
  void filesOfUsersAreOpenedInOneClass() {
    DescribedPredicate<JavaAccess<?>> open =
        DescribedPredicate.describe(
            "open a file",
            access ->
                OPENERS
                    .getOrDefault(access.getTarget().getOwner().getName(), Set.of())
                    .contains(access.getTarget().getName()));
    DescribedPredicate<JavaClass> touchUsersFiles =
        resideInAnyPackage(
                CHECKPOINT,
                PLAN,
                MERGE,
                SOCE,
                WORKER,
                "dev.stockpot.coordinator.evaluate..",
                "dev.stockpot.coordinator.merge..",
                "dev.stockpot.coordinator.journal..",
                "dev.stockpot.coordinator.files..",
                "dev.stockpot.coordinator.queue..",
                "dev.stockpot.coordinator.search..",
                "dev.stockpot.coordinator.staging..",
                "dev.stockpot.coordinator.storage..",
                "dev.stockpot.cli.checkpoint..",
                "dev.stockpot.cli.embedded..",
                "dev.stockpot.cli.merge..",
                "dev.stockpot.cli.plan..")
            .and(not(belongToAnyOf(RegularFiles.class, PrivateFiles.class)));
    check(noClasses().that(touchUsersFiles).should(ArchConditions.accessTargetWhere(open)), main);
    assertThat(main.get(RegularFiles.class).getAccessesFromSelf()).anyMatch(open);
  }

  @Test
  void theVectorApiIsUsedInOnePackage() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.stockpot.merge.kernel.vector")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector.."),
        main);
    check(
        classes()
            .that()
            .haveSimpleName("VectorLoops")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector.."),
        main);
  }

  @Test
  void theHttpServerIsKnownInOnePackage() {
    String http = "dev.stockpot.coordinator.http..";
    DescribedPredicate<JavaClass> pekkoHttp = resideInAPackage("org.apache.pekko.http..");
    check(
        noClasses().that().resideOutsideOfPackage(http).should().dependOnClassesThat(pekkoHttp),
        main);
    check(classes().that().haveSimpleName("HttpApi").should().dependOnClassesThat(pekkoHttp), main);
  }

  @Test
  void theDriversLibrariesAreLoadedInOnePackageEach() {
    String cuda = "dev.stockpot.worker.cuda";
    DescribedPredicate<JavaAccess<?>> load =
        DescribedPredicate.describe(
            "load a library",
            access ->
                access.getTarget().getOwner().isEquivalentTo(SymbolLookup.class)
                    && access.getTarget().getName().equals("libraryLookup"));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(cuda, "dev.stockpot.worker.nvml")
            .should(ArchConditions.accessTargetWhere(load)),
        main);
    DescribedPredicate<JavaClass> jcuda = resideInAPackage("jcuda..");
    check(
        noClasses().that().resideOutsideOfPackage(cuda).should().dependOnClassesThat(jcuda), main);
    check(classes().that().haveSimpleName("CudaDriver").should().dependOnClassesThat(jcuda), main);
  }

  @Test
  void onlyTheCommandLineKnowsPicocli() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli.."),
        main);
  }

  @Test
  void onlyTheCommandLineUsesTheStandardStreams() {
    check(noClasses().that().resideOutsideOfPackage(CLI).should(ACCESS_STANDARD_STREAMS), main);
  }

  @Test
  void nobodyLogsWithJavaUtilLogging() {
    wall(OURS, resideInAPackage("java.util.logging.."));
  }

  @Test
  void nobodySleepsNotEvenATest() {
    DescribedPredicate<JavaAccess<?>> sleep =
        DescribedPredicate.describe(
            "sleep",
            access ->
                access instanceof JavaMethodCall call
                    && call.getTarget().getName().equals("sleep")
                    && isSleeper(call.getTarget()));
    check(noClasses().should(ArchConditions.accessTargetWhere(sleep)), everything);
  }

  private static boolean isSleeper(MethodCallTarget target) {
    return target.getOwner().isEquivalentTo(Thread.class)
        || target.getOwner().isEquivalentTo(TimeUnit.class);
  }

  /** A class's floor, from 0; -1 if it is not ours. */
  private static int floor(JavaClass type) {
    String name = type.getPackageName().replaceFirst("^dev\\.stockpot\\.", "");
    return IntStream.range(0, FLOORS.size())
        .filter(floor -> List.of(FLOORS.get(floor).split(" ")).contains(name))
        .findFirst()
        .orElse(-1);
  }

  @Test
  void packagesRestOnFloorsBelow() {
    assertThat(main).allSatisfy(type -> assertThat(floor(type)).isNotNegative());
    for (JavaClass from : main) {
      assertThat(from.getDirectDependenciesFromSelf().stream().map(Dependency::getTargetClass))
          .as(from.getName())
          .allMatch(to -> floor(to) < floor(from) || to.getPackage().equals(from.getPackage()));
    }
  }

  @Test
  void noPackagesFormACircle() {
    check(slices().matching("dev.stockpot.(**)").should().beFreeOfCycles(), main);
  }

  @Test
  void aPackageIsSmallEnoughToBeTakenInAtAGlance() {
    Map<String, Long> files =
        main.stream()
            .filter(JavaClass::isTopLevelClass)
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    assertThat(files).isNotEmpty().allSatisfy((_, count) -> assertThat(count).isLessThan(26));
  }
}
