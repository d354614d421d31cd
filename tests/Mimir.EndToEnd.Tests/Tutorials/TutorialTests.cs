using Mimir.EndToEnd.Tests.Processes;

namespace Mimir.EndToEnd.Tests.Tutorials;

/// <summary>Documents whose commands are run as they stand.</summary>
public sealed class TutorialTests
{
    [Theory]
    [InlineData("docs/tutorial-two-hospitals.md", 8)]
    [InlineData("docs/how-to/keep-a-cluster.md", 4)]
    public async Task A_tutorial_does_what_it_says(string document, int steps)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "tutorials are written for a Linux shell");
        foreach (var program in new[] { "bash", "setsid", "openssl", "curl" })
            Assert.SkipUnless(File.Exists($"/usr/bin/{program}") || File.Exists($"/bin/{program}"), $"{program} is not installed");
        var script = TutorialScript.Read(Path.Combine(Root(), document));
        Assert.Equal(steps, script.Steps.Count);
        Assert.Contains(script.Steps, s => s.Expected.Count > 0);
        using var folder = new TemporaryFolder();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(4));
        var (code, outputs) = await script.RunAsync(folder.Path, limit.Token);
        Assert.True(code == 0 && outputs.Count == steps, $"step {outputs.Count} ended with {code}: {outputs[^1]}");
        foreach (var ((commands, expected), output) in script.Steps.Zip(outputs))
        {
            var at = 0;
            foreach (var fragment in expected)
            {
                var found = output.IndexOf(fragment, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"'{fragment}' is not in what this printed:\n{commands}\n{output}");
                at = found + fragment.Length;
            }
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Mimir.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
