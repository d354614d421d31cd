namespace Mimir.Fuzzing.Tests;

/// <summary>What counts as a finding, on parsers that are broken on purpose.</summary>
public sealed class TrialTests
{
    [Fact]
    public void A_crash_is_one() => Assert.Equal("crash", Kind(b => b[1] == 7 ? throw new InvalidOperationException() : default, [0, 7]));

    [Fact]
    public void Memory_over_the_bound_is_one() => Assert.Equal("memory", Kind(_ => new Outcome($"{new byte[Trial.MostMemory].Length}"), [1]));

    [Fact]
    public void Accepting_what_is_no_seed_is_one()
    {
        Assert.Equal("accepted", Kind(_ => new Outcome("", true), [1]));
        Assert.Null(Trial.Run(new FuzzTarget("t", [], _ => new Outcome("", true)), [1], isSeed: true).Finding);
    }

    [Fact]
    public void A_refusal_is_none() => Assert.Null(Kind(_ => Attempt.Read(() => throw new FormatException("no"), e => e is FormatException), [1]));

    [Fact]
    public void What_a_parser_does_not_document_is_one() => Assert.Equal("crash", Kind(_ => Attempt.Read(() => throw new OverflowException("no"), e => e is FormatException), [1]));

    [Fact]
    public void Kept_inputs_come_back_without_those_that_behave_alike()
    {
        Coverage.Attach();
        var folder = Directory.CreateTempSubdirectory("mimir-fuzzing-").FullName;
        try
        {
            var target = new FuzzTarget("t", [[9]], b => new Outcome($"{b[0]}"));
            Assert.Equal(3, KeptInputs.Keep(folder, target, [[1, 2, 3], [1], [2, 5], [9, 9], [2, 6, 6]], [[9, 1]]));
            Assert.Equal(3, KeptInputs.Keep(folder, target, [[2, 5, 5]], []));
            Assert.Equal([[1], [2, 5], [9, 1]], KeptInputs.Of(folder, target));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Kind(Func<byte[], Outcome> parser, byte[] input) => Trial.Run(new FuzzTarget("t", [], parser), input, isSeed: false).Finding?.Kind;
}
