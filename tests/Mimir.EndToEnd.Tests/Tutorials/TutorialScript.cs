using System.Diagnostics;
using System.Text;
using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Tutorials;

/// <summary>The bash blocks of a document as one script, run in an empty directory; after a block, a block "text" holds pieces of what it must print, in order.</summary>
internal sealed record TutorialScript(IReadOnlyList<(string Commands, IReadOnlyList<string> Expected)> Steps)
{
    private const string Mark = "@@@ step ";

    public static TutorialScript Read(string path)
    {
        var steps = new List<(string, IReadOnlyList<string>)>();
        var (kind, block) = ((string?)null, new StringBuilder());
        foreach (var line in File.ReadLines(path))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                if (kind is not null) block.Append(line).Append('\n');
                continue;
            }
            if (kind is null)
            {
                kind = line[3..];
                continue;
            }
            if (kind == "bash") steps.Add((block.ToString(), []));
            if (kind == "text") steps[^1] = (steps[^1].Item1, block.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            kind = null;
            block.Clear();
        }
        return new TutorialScript(steps);
    }

    /// <summary>Runs all steps in one shell and returns what each printed, errors included.</summary>
    public async Task<(int Code, IReadOnlyList<string> Outputs)> RunAsync(string directory, CancellationToken cancellation)
    {
        var script = new StringBuilder("set -euo pipefail\ntrap 'trap - TERM; kill 0' EXIT\n");
        for (var i = 0; i < Steps.Count; i++) script.Append($"echo '{Mark}{i}'\n").Append(Steps[i].Commands);
        script.Append("trap - EXIT\n");
        var file = Path.Combine(directory, ".tutorial.sh");
        await File.WriteAllTextAsync(file, script.ToString(), cancellation);
        var output = Path.Combine(directory, ".tutorial.out");
        // A session of its own, so that ending it ends whatever it has started.
        var start = new ProcessStartInfo("setsid", ["--wait", "bash", "-c", $"exec bash '{file}' > '{output}' 2>&1 < /dev/null"]) { WorkingDirectory = directory };
        start.Environment["PATH"] = Path.GetDirectoryName(MimirProcess.Executable) + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["XDG_STATE_HOME"] = Path.Combine(directory, ".state");
        if (Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location)))) is { } root)
            start.Environment.TryAdd("DOTNET_ROOT", root);
        using var shell = Process.Start(start)!;
        await shell.WaitForExitAsync(cancellation);
        var all = await File.ReadAllTextAsync(output, cancellation);
        var parts = all.Split(Mark)[1..];
        return (shell.ExitCode, [.. parts.Select(p => p[(p.IndexOf('\n', StringComparison.Ordinal) + 1)..])]);
    }
}
