using System.Diagnostics;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>The completion script in a real bash.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("mimir jo", "joint")]
    [InlineData("mimir joint ", "accept offer show")]
    [InlineData("mimir up --det", "--detach")]
    [InlineData("mimir up --weights p", "public")]
    [InlineData("mimir completion ", "bash fish zsh")]
    [InlineData("mimir status x", "")]
    public async Task Bash_completes_words(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not installed");
        var script = $$"""
            source <(mimir completion bash)
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}
            read -ra COMP_WORDS <<< "$COMP_LINE"
            case "$COMP_LINE" in *' ') COMP_WORDS+=('') ;; esac
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _mimir_complete
            printf '%s\n' "${COMPREPLY[@]}" | grep -v '^[-/]\?[?h]$' | sort | paste -sd' ' -
            complete -p mimir
            """;
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", script]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = Path.GetDirectoryName(MimirProcess.Executable) + ":" + Environment.GetEnvironmentVariable("PATH");
        if (Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location)))) is { } root) start.Environment.TryAdd("DOTNET_ROOT", root);
        using var bash = Process.Start(start)!;
        var output = (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        var words = output[0].Split(' ').Where(w => !w.StartsWith('-') || expected.StartsWith('-')).ToArray();
        Assert.Equal(expected, string.Join(' ', words));
        Assert.Contains("-F _mimir_complete", output[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Other_shells_understand_their_scripts(string shell)
    {
        var program = new[] { $"/usr/bin/{shell}", $"/bin/{shell}" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, $"{shell} is not installed");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("_mimir"), (await MimirProcess.RunAsync("completion", shell)).Output, TestContext.Current.CancellationToken);
        using var check = Process.Start(program!, ["-n", folder.At("_mimir")]);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, check.ExitCode);
    }
}
