using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Tests.Simulation;

namespace Mimir.Spdz.Tests.Sessions;

/// <summary>What an owner puts in next, from what came out: against a model that is a table.</summary>
public sealed class ContinuationTests
{
    private const int Vocabulary = 11;

    /// <summary>For random guesses, prompts and paddings: the text is the model's own, every part continues it, and no run is wasted.</summary>
    [Fact]
    public void The_text_is_the_models_whatever_is_guessed()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var (positions, uncertain, guesses, tokens) = (random.Next(1, 9), random.Next(9), random.Next(6), random.Next(1, 12));
            uncertain = Math.Min(uncertain, positions - 1);
            var plan = Plans.Single(positions, tokens, uncertain) with { Speculate = guesses, LogitsToOwner = guesses == 0 };
            int[] prompt = [.. Enumerable.Range(0, positions - random.Next(uncertain + 1)).Select(_ => random.Next(Vocabulary))];
            List<int> expected = [.. prompt];
            while (expected.Count < positions + tokens + guesses + 1) expected.Add(Model(expected));
            var right = random.NextDouble();
            var text = new Continuation(plan, prompt, random.Next(5) == 0 ? null : new ScriptedDrafter(expected, _ => random.NextDouble() > right, Vocabulary));
            List<int> came = [.. prompt], put = [.. prompt[..(plan.FirstLogits + 1)]];
            int[] run = [put[^1]];
            while (true)
            {
                Assert.Equal(run.Length, text.Samples);
                var before = put[..text.Position];
                came.AddRange(text.Take([.. run.Select((_, i) => Model([.. before, .. run[..(i + 1)]]))]));
                var (position, part) = (text.Position, text.Part);
                if (part == plan.InputSegments) break;
                (var accepted, run) = text.Next();
                Assert.InRange(accepted, 0, part == plan.Segments.Count ? 0 : guesses);
                Assert.Equal(before.Count + accepted + 1, position);
                if (position >= plan.Steps) break;
                put = [.. came[..position], .. run];
                Assert.Equal(came[position], run[0]);
            }
            Assert.True(text.Position >= plan.Steps);
            Assert.True(came.Count >= prompt.Length + tokens);
            Assert.Equal(expected[..came.Count], came);
        }

        static int Model(IReadOnlyList<int> text) => text.Aggregate(7, (hash, token) => (hash * 31 + token) % 997) % Vocabulary;
    }

    [Fact]
    public void A_run_gives_as_many_samples_as_it_has_tokens()
    {
        var text = new Continuation(Plans.Single(3, 4) with { Speculate = 2 }, [1, 2, 3], null);
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Take([1, 2]));
        Assert.Equal([5], text.Take([5]));
        Assert.Equal((0, 3), (text.Next().Accepted, text.Samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => text.Take([1]));
    }
}
