package io.kestra.plugin.scripts.shell;

import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.runners.RunContext;
import io.kestra.plugin.scripts.exec.AbstractExecScript;
import io.kestra.plugin.scripts.exec.scripts.models.ScriptOutput;
import jakarta.validation.constraints.NotNull;
import java.util.List;

/**
 * Takes the place of the shell plugin's task, whose jar Maven Central does not have. All that runs, limits and reads a
 * process is Kestra's own script module; this class only joins the task's properties to it.
 */
@Plugin
public class Commands extends AbstractExecScript implements RunnableTask<ScriptOutput> {
    private static final List<String> SHELL = List.of("/bin/sh", "-c");

    @NotNull
    private Property<List<String>> commands;

    // Abstract above, and without a default here: flows of this project always use the Process runner.
    private Property<String> containerImage;

    public Property<List<String>> getCommands() {
        return commands;
    }

    @Override
    public Property<String> getContainerImage() {
        return containerImage;
    }

    @Override
    public ScriptOutput run(RunContext runContext) throws Exception {
        return commands(runContext)
            .withInterpreter(interpreter == null ? Property.ofValue(SHELL) : interpreter)
            .withBeforeCommands(beforeCommands)
            .withBeforeCommandsWithOptions(true)
            .withFailFast(true)
            .withCommands(commands)
            .run();
    }
}
