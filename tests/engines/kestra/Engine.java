import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.ExecutionTrigger;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.flows.FlowSource;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.flows.State;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.repositories.LogDataStoreInterface;
import io.kestra.core.runners.FlowInputOutput;
import io.kestra.core.runners.RunContextCache;
import io.kestra.core.runners.TestRunner;
import io.kestra.core.runners.TestRunnerUtils;
import io.kestra.core.runners.VariableRenderer;
import io.kestra.core.secret.SecretService;
import io.kestra.core.services.ExecutionOutputService;
import io.kestra.core.services.ExecutionService;
import io.kestra.core.services.FlowService;
import io.kestra.core.services.KVStoreService;
import io.kestra.core.services.TaskOutputService;
import io.kestra.core.storages.kv.KVEntry;
import io.kestra.core.storages.kv.KVMetadata;
import io.kestra.core.storages.kv.KVStore;
import io.kestra.core.storages.kv.KVValueAndMetadata;
import io.kestra.plugin.core.flow.Pause;
import io.micronaut.context.ApplicationContext;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A whole Kestra server without its web layer, in one process: executor, worker and its controller over H2 in memory.
 * It reads one JSON request a line from standard input and writes one JSON answer a line to standard output; its
 * first line is {"ready": true}. Its only argument is a folder for its files.
 *
 * <pre>
 * {"op": "validate", "flow": "..."}                            {"constraints": null or text, "warnings": [..]}
 * {"op": "render", "expressions": [..], "variables": {}}       {"values": [{"text": ..} or {"error": ..}]}
 * {"op": "run", "tenant", "flows": {name: yaml}, "main", "inputs", "secrets", "envs", "stored", "approvals",
 *  "trigger", "timeout_seconds"}
 *     {"invalid": {name: text}} or {"refused": text} or
 *     {"ended": bool, "executions": [..], "outputs": {} or null, "stored": {}}
 * </pre>
 *
 * Runs of two tenants share nothing: neither flows nor key-value pairs. So the text of a flow need not be touched to
 * make its id unique.
 */
public final class Engine {
    private static final Duration POLL = Duration.ofMillis(20);
    /** How long a run that has ended may take to write what its loops and subflows still do in the background. */
    private static final Duration SETTLE = Duration.ofSeconds(15);
    /** Logs reach the store a moment after the run's end; this long without a new one counts as all. */
    private static final Duration LOG_SILENCE = Duration.ofMillis(150);

    /** Not Kestra's own mapper, which leaves out the members of a map that are null. */
    private static final ObjectMapper JSON = new ObjectMapper()
        .registerModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    private final FlowService flows;
    private final FlowRepositoryInterface flowStore;
    private final ExecutionRepositoryInterface executionStore;
    private final ExecutionService executions;
    private final FlowInputOutput inputReader;
    private final TaskOutputService taskOutputs;
    private final ExecutionOutputService runOutputs;
    private final LogDataStoreInterface logStore;
    private final KVStoreService keyValues;
    private final TestRunnerUtils runner;
    private final VariableRenderer renderer;
    private final Map<String, String> secrets;
    private final Map<String, String> envs;

    private Engine(ApplicationContext context) throws ReflectiveOperationException {
        flows = context.getBean(FlowService.class);
        flowStore = context.getBean(FlowRepositoryInterface.class);
        executionStore = context.getBean(ExecutionRepositoryInterface.class);
        executions = context.getBean(ExecutionService.class);
        inputReader = context.getBean(FlowInputOutput.class);
        taskOutputs = context.getBean(TaskOutputService.class);
        runOutputs = context.getBean(ExecutionOutputService.class);
        logStore = context.getBean(LogDataStoreInterface.class);
        keyValues = context.getBean(KVStoreService.class);
        runner = context.getBean(TestRunnerUtils.class);
        renderer = context.getBean(VariableRenderer.class);
        // Kestra decodes SECRET_* and ENV_* of its environment once, into these two maps. Putting maps of ours in their
        // place before the first run lets every run have its own values.
        secrets = replaceMap(SecretService.class, context.getBean(SecretService.class), "decodedSecrets");
        envs = replaceMap(RunContextCache.class, context.getBean(RunContextCache.class), "envVars");
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        ApplicationContext context = ApplicationContext.builder()
            .deduceEnvironment(false)
            .environments("test")
            .properties(settings(Path.of(arguments[0])))
            .start();
        TestRunner servers = context.getBean(TestRunner.class);
        // Runs are started by requests alone: a schedule of a flow under test must not fire by itself.
        servers.setSchedulerEnabled(false);
        servers.run();
        Engine engine = new Engine(context);
        answers.println("{\"ready\": true}");
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(JSON.writeValueAsString(engine.answer(line)));
        }
        Runtime.getRuntime().halt(0); // an orderly end takes seconds and leaves nothing that the caller needs
    }

    private static Map<String, Object> settings(Path folder) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put("datasources.h2.url", "jdbc:h2:mem:public;TIME ZONE=UTC;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE");
        settings.put("datasources.h2.driverClassName", "org.h2.Driver");
        settings.put("datasources.h2.username", "sa");
        settings.put("datasources.h2.password", "");
        settings.put("kestra.server-type", "STANDALONE");
        settings.put("kestra.repository.type", "h2");
        settings.put("kestra.queue.type", "h2");
        settings.put("kestra.storage.type", "local");
        settings.put("kestra.storage.local.base-path", folder.resolve("storage").toString());
        settings.put("kestra.tasks.tmp-dir.path", folder.resolve("tasks").toString());
        settings.put("kestra.anonymous-usage-report.enabled", "false");
        // Without these three, which the server's own configuration sets, the context does not start.
        settings.put("kestra.server.service.purge.initial-delay", "1d");
        settings.put("kestra.server.service.purge.fixed-delay", "1d");
        settings.put("kestra.server.service.purge.retention", "30d");
        // A worker fetches its jobs over gRPC even from a controller in its own process.
        settings.put("kestra.controller.port", port);
        settings.put("kestra.worker.controllers.type", "STATIC");
        settings.put("kestra.worker.controllers.static.endpoints", List.of(Map.of("host", "127.0.0.1", "port", port)));
        settings.put("micronaut.server.port", "-1");
        return settings;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> replaceMap(Class<?> owner, Object bean, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        Map<String, String> values = new ConcurrentHashMap<>((Map<String, String>) field.get(bean));
        field.set(bean, values);
        return values;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> answer(String line) {
        try {
            Map<String, Object> request = JSON.readValue(line, Map.class);
            return switch (text(request, "op")) {
                case "validate" -> validate(text(request, "flow"));
                case "render" -> render(request);
                case "run" -> run(request);
                default -> Map.of("error", "unknown op");
            };
        } catch (Throwable error) {
            return Map.of("error", trace(error));
        }
    }

    private Map<String, Object> validate(String source) {
        var verdict = flows.validate("validate", List.of(new FlowSource("flow.yml", source))).getFirst();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("constraints", verdict.getConstraints());
        answer.put("warnings", verdict.getWarnings());
        answer.put("deprecated", verdict.getDeprecationPaths());
        return answer;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> render(Map<String, Object> request) {
        Map<String, Object> variables = object(request, "variables");
        List<Object> values = new ArrayList<>();
        for (String expression : (List<String>) request.get("expressions")) {
            try {
                values.add(Map.of("text", renderer.render(expression, variables)));
            } catch (Throwable error) {
                values.add(Map.of("error", String.valueOf(error.getMessage())));
            }
        }
        return Map.of("values", values);
    }

    private Map<String, Object> run(Map<String, Object> request) throws Exception {
        String tenant = text(request, "tenant");
        Map<String, Object> sources = object(request, "flows");
        Map<String, Object> invalid = new LinkedHashMap<>();
        for (var source : sources.entrySet()) {
            String constraints = (String) validate((String) source.getValue()).get("constraints");
            if (constraints != null) {
                invalid.put(source.getKey(), constraints);
            }
        }
        if (!invalid.isEmpty()) {
            return Map.of("invalid", invalid);
        }
        secrets.clear();
        object(request, "secrets").forEach((name, value) -> secrets.put(name, (String) value));
        envs.clear();
        object(request, "envs").forEach((name, value) -> envs.put(name, (String) value));

        Map<String, FlowWithSource> created = new LinkedHashMap<>();
        try {
            for (var source : sources.entrySet()) {
                created.put(source.getKey(), flows.importFlow(tenant, (String) source.getValue()));
            }
            FlowWithSource main = created.get(text(request, "main"));
            Flow flow = flowStore.findById(tenant, main.getNamespace(), main.getId()).orElseThrow();
            KVStore store = keyValues.get(tenant, flow.getNamespace(), flow.getNamespace());
            for (var pair : object(request, "stored").entrySet()) {
                store.put(pair.getKey(), new KVValueAndMetadata(new KVMetadata(null, (Duration) null), pair.getValue()));
            }
            Execution execution;
            try {
                Map<String, Object> inputs = object(request, "inputs");
                execution = Execution.newExecution(
                    flow, (f, e) -> inputReader.readExecutionInputs(f, e, inputs), List.of(), Optional.empty());
            } catch (RuntimeException refusal) {
                return Map.of("refused", String.valueOf(refusal.getMessage()));
            }
            Map<String, Object> trigger = object(request, "trigger");
            if (!trigger.isEmpty()) {
                execution = execution.withTrigger(ExecutionTrigger.builder()
                    .id(text(trigger, "id"))
                    .type(text(trigger, "type"))
                    .variables(object(trigger, "variables"))
                    .build());
            }
            Instant deadline = Instant.now().plusMillis((long) (((Number) request.get("timeout_seconds")).doubleValue() * 1000));
            Execution started = execution;
            runner.emitAndAwaitExecution(e -> e.getId().equals(started.getId()), started, Duration.between(Instant.now(), deadline));
            boolean ended = await(flow, started.getId(), object(request, "approvals"), deadline);
            return report(flow, started.getId(), ended, store);
        } finally {
            created.values().forEach(flows::delete);
        }
    }

    /** Waits for the run's end, resuming what it asks for on its way, and then for its loops and subflows. */
    private boolean await(Flow flow, String id, Map<String, Object> approvals, Instant deadline) throws Exception {
        Set<String> resumed = new HashSet<>();
        while (!executions.isTerminated(flow, find(flow.getTenantId(), id))) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            if (!approvals.isEmpty()) {
                for (Execution execution : family(flow.getTenantId(), id)) {
                    resume(execution, approvals, resumed);
                }
            }
            Thread.sleep(POLL);
        }
        Instant patience = Instant.now().plus(SETTLE);
        while (family(flow.getTenantId(), id).stream().anyMatch(e -> !e.getState().isTerminated())) {
            if (Instant.now().isAfter(patience)) {
                break;
            }
            Thread.sleep(POLL);
        }
        return true;
    }

    /** Answers each waiting Pause that `approvals` names by its task's id, once. */
    @SuppressWarnings("unchecked")
    private void resume(Execution execution, Map<String, Object> approvals, Set<String> resumed) throws Exception {
        if (!execution.getState().isPaused() || execution.getTaskRunList() == null) {
            return;
        }
        for (TaskRun task : execution.getTaskRunList()) {
            if (task.getState().isPaused() && approvals.containsKey(task.getTaskId()) && resumed.add(task.getId())) {
                Map<String, Object> approval = (Map<String, Object>) approvals.get(task.getTaskId());
                Flow flow = flowStore.findByExecution(execution);
                Execution answered = executions.resume(execution, flow, State.Type.RUNNING, object(approval, "inputs"),
                    Pause.Resumed.now((String) approval.get("by")));
                runner.emitAndAwaitExecution(e -> true, answered, Duration.ofSeconds(5));
                return; // the execution at hand is stale now
            }
        }
    }

    private Execution find(String tenant, String id) {
        return executionStore.findById(tenant, id).orElseThrow();
    }

    /** The run, the iterations of its loops and the runs of its subflows, parents before children. */
    private List<Execution> family(String tenant, String id) {
        List<Execution> found = new ArrayList<>();
        Deque<Execution> open = new ArrayDeque<>(List.of(find(tenant, id)));
        while (!open.isEmpty()) {
            Execution execution = open.removeFirst();
            found.add(execution);
            open.addAll(executionStore.findLoopSubExecutions(tenant, execution.getId(), null));
            open.addAll(executionStore.findAllByTriggerExecutionId(tenant, execution.getId()).collectList().block());
        }
        return found;
    }

    private Map<String, Object> report(Flow flow, String id, boolean ended, KVStore store) throws Exception {
        String tenant = flow.getTenantId();
        List<Execution> family = family(tenant, id);
        awaitLogs(tenant, family);
        List<Object> described = new ArrayList<>();
        for (Execution execution : family) {
            described.add(describe(tenant, execution));
        }
        Map<String, Object> stored = new LinkedHashMap<>();
        for (KVEntry entry : store.list()) {
            stored.put(entry.key(), store.getValue(entry.key()).map(value -> value.value()).orElse(null));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ended", ended);
        answer.put("executions", described);
        answer.put("stored", stored);
        return answer;
    }

    private Map<String, Object> describe(String tenant, Execution execution) throws Exception {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("id", execution.getId());
        description.put("flow", execution.getFlowId());
        description.put("namespace", execution.getNamespace());
        description.put("state", execution.getState().getCurrent().name());
        description.put("parent", execution.getParentId());
        if (execution.getLoopRun() != null) {
            description.put("loop", Map.of(
                "task", execution.getLoopRun().taskId(),
                "task_run", execution.getLoopRun().taskRunId(),
                "index", execution.getLoopRun().index(),
                "value", String.valueOf(execution.getLoopRun().value())));
        }
        if (execution.getTrigger() != null) {
            description.put("trigger", Map.of(
                "id", execution.getTrigger().getId(),
                "type", execution.getTrigger().getType(),
                "variables", execution.getTrigger().getVariables()));
        }
        description.put("outputs", runOutputs.getOutputs(execution));
        List<Object> tasks = new ArrayList<>();
        for (TaskRun task : execution.getTaskRunList() == null ? List.<TaskRun>of() : execution.getTaskRunList()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", task.getTaskId());
            line.put("run", task.getId());
            line.put("parent_run", task.getParentTaskRunId());
            line.put("value", task.getValue());
            line.put("iteration", task.getIteration());
            line.put("state", task.getState().getCurrent().name());
            line.put("history", task.getState().getHistories().stream().map(h -> h.getState().name()).toList());
            line.put("attempts", task.getAttempts() == null ? 0 : task.getAttempts().size());
            line.put("outputs", taskOutputs.getOutputs(task));
            tasks.add(line);
        }
        description.put("tasks", tasks);
        List<Object> logs = new ArrayList<>();
        for (LogEntry entry : logs(tenant, execution)) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("at", entry.getTimestamp());
            line.put("level", entry.getLevel().name());
            line.put("task", entry.getTaskId());
            line.put("task_run", entry.getTaskRunId());
            line.put("attempt", entry.getAttemptNumber());
            line.put("message", entry.getMessage());
            logs.add(line);
        }
        description.put("logs", logs);
        return description;
    }

    private List<LogEntry> logs(String tenant, Execution execution) {
        List<LogEntry> entries = new ArrayList<>(logStore.findByExecutionId(tenant, execution.getId(), null));
        entries.sort(Comparator.comparing(LogEntry::getTimestamp));
        return entries;
    }

    private void awaitLogs(String tenant, List<Execution> family) throws InterruptedException {
        int seen = -1;
        Instant since = Instant.now();
        while (Duration.between(since, Instant.now()).compareTo(LOG_SILENCE) < 0) {
            int count = family.stream().mapToInt(execution -> logs(tenant, execution).size()).sum();
            if (count != seen) {
                seen = count;
                since = Instant.now();
            }
            Thread.sleep(POLL);
        }
    }

    private static String text(Map<String, Object> from, String key) {
        Object value = from.get(key);
        if (value instanceof String string) {
            return string;
        }
        throw new IllegalArgumentException("the request has no text `" + key + "`");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Map<String, Object> from, String key) {
        Object value = from.get(key);
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static String trace(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return text.getBuffer().substring(0, Math.min(4000, text.getBuffer().length()));
    }
}
