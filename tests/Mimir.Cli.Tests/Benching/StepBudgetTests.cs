using Mimir.Cli.Benching;

namespace Mimir.Cli.Tests.Benching;

/// <summary>Rounds and bytes per token of fixed shapes are the accepted ones. What is counted is what runs: see Cost in Mimir.Spdz.Tests.</summary>
public sealed class StepBudgetTests
{
    [Fact]
    public void Costs_are_the_accepted_ones()
    {
        var differences = StepBudget.Differences(StepBudget.Read(Path.Combine(Checkout.Root, "bench", "budget.json")), StepBudget.Now());
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void What_grew_and_what_shrank_is_named()
    {
        var now = StepBudget.Now();
        Assert.Empty(StepBudget.Differences(now, now));
        var other = now.Select((b, i) => i switch
        {
            0 => b with { RoundsPerLayer = b.RoundsPerLayer - 1 },
            1 => b with { DealtBytesPerToken = b.DealtBytesPerToken + 8 },
            _ => b,
        }).ToArray();
        var lines = StepBudget.Differences(other, now);
        Assert.Equal(2, lines.Count);
        Assert.Contains("rounds per layer grew", lines[0]);
        Assert.Contains("bytes dealt per token shrank", lines[1]);
        Assert.Contains("no accepted cost", StepBudget.Differences(now.Skip(1).ToArray(), now)[0]);
    }

    [Fact]
    public void A_written_file_reads_back()
    {
        var file = Path.GetTempFileName();
        try
        {
            StepBudget.Write(file);
            Assert.Equal(StepBudget.Now(), StepBudget.Read(file));
            File.WriteAllText(file, "nonsense");
            Assert.Contains("--write", Assert.Throws<UsageException>(() => StepBudget.Read(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
