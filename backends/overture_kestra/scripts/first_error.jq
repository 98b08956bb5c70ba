# Of tasks, in order, the error of the first that failed, as JSON text: {task, type, message}, or null.
# Each is {task, state} and what is known of its error: `error` (the JSON text that its script told), `items` (the
# iterations of a loop, whose own errors are their output `error`), else `type` and `message`. A task "" is the run.
map(select(.state == "FAILED")) | .[0] as $failed
| if $failed == null then null else
    ($failed
      | if .error != null then .error | fromjson
        elif .items != null then
          .items | sort_by(.item.iteration) | map(.outputs.error // "null" | fromjson) | map(select(. != null)) | .[0]
        else null end) as $error
    | (if $failed.task == null then {} else {task: ($error.task // $failed.task | if . == "" then null else . end)} end)
      + {type: ($error.type // $failed.type // "error"), message: ($error.message // $failed.message // "")}
  end
| tojson
