# The error of a task that failed in Kestra's own http.Request, as JSON text: {type, message}. Given are all the errors
# that the run logged and the task's id.
.[1] as $task
| .[0]
| map(select(.taskId == $task) | .message)
| last // ""
| {type: (if test("[Tt]imed? ?out") then "timeout" else "http" end), message: .}
| tojson
