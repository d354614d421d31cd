using System.Diagnostics;

namespace Mimir.EndToEnd.Tests.Processes;

/// <summary>A process that dies in the middle of a generation: the others end, the user is told who, and nothing is left.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData("node p1", "party 'p1' was lost")]
    [InlineData("triples triples", "triple-service 'triples' was lost")]
    [InlineData("coordinator coordinator", "coordinator")]
    public async Task A_killed_role_ends_the_run_with_status_4(string victim, string named)
    {
        await using var demo = Generate();
        await demo.FirstText;
        var children = demo.Children();
        Kill(children[victim]);
        Assert.Equal(4, await demo.ExitAsync());
        Assert.StartsWith("mimir: ", demo.LastError);
        Assert.Contains(named, demo.LastError);
        Assert.Contains("lost", demo.LastError);
        foreach (var child in children.Values) await GoneAsync(child);
    }

    /// <summary>Children notice that the process that started them is gone, however it went.</summary>
    [Fact]
    public async Task Children_end_when_the_demo_is_killed()
    {
        await using var demo = Generate();
        await demo.FirstText;
        var children = demo.Children();
        Assert.Equal(4, children.Count);
        demo.Kill();
        foreach (var child in children.Values) await GoneAsync(child);
    }

    [Fact]
    public async Task A_terminated_demo_takes_its_children_with_it()
    {
        await using var demo = Generate();
        await demo.FirstText;
        var children = demo.Children();
        await demo.TerminateAsync();
        Assert.NotEqual(0, await demo.ExitAsync());
        foreach (var child in children.Values) await GoneAsync(child);
    }

    private static MimirProcess Generate() =>
        MimirProcess.Start("demo", "--model", SharedModel.Directory, "--prompt", "Once upon a time", "--greedy", "--max-tokens", "400");

    private static void Kill(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    /// <summary>Waits until the process has ended; the test's own time limit is the only one.</summary>
    private static async Task GoneAsync(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (ArgumentException)
        {
            // There is no such process any more.
        }
    }
}
