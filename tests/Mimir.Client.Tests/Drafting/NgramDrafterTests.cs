using CsCheck;
using Mimir.Client.Drafting;
using Mimir.Spdz.Sessions;

namespace Mimir.Client.Tests.Drafting;

public sealed class NgramDrafterTests
{
    [Fact]
    public void A_repetition_is_continued()
    {
        var drafter = new NgramDrafter(null);
        foreach (var token in (int[])[5, 6, 7, 8, 9, 1, 5, 6, 7]) drafter.Append(token);
        Assert.Equal([8, 9, 1, 5], Draft(drafter, 4));
        // A draft is no memory: the same again.
        Assert.Equal([8, 9], Draft(drafter, 2));
    }

    [Fact]
    public void Without_an_idea_the_draft_ends() => Assert.Empty(Draft(new NgramDrafter(null), 4));

    [Fact]
    public void The_longest_context_of_the_table_speaks_and_a_repetition_before_it()
    {
        var table = NgramTable.Build([[1, 2, 3], [9, 2, 4], [9, 2, 4]], 10, 2, 1);
        var drafter = new NgramDrafter(table);
        drafter.Append(1);
        drafter.Append(2);
        Assert.Equal([3], Draft(drafter, 1));
        foreach (var token in (int[])[8, 7, 1, 2, 6, 8, 7, 1, 2]) drafter.Append(token);
        Assert.Equal([6], Draft(drafter, 1));
    }

    [Fact]
    public void A_guess_below_the_least_share_is_not_made()
    {
        var table = NgramTable.Build([[1, 2, 1, 3, 1, 4]], 10, 1, 1);
        var drafter = new NgramDrafter(table) { LeastShare = 0.5 };
        drafter.Append(1);
        Assert.Empty(Draft(drafter, 1));
        Assert.Equal([2], Draft(With(1, new NgramDrafter(table)), 1));
    }

    /// <summary>Every text comes out whole, whatever is guessed, in no more steps than tokens; a perfect guesser needs the fewest.</summary>
    [Fact]
    public void Steps_and_tokens_add_up() => Gen.Select(Gen.Int[0, 3].Array[1, 60], Gen.Int[1, 8]).Sample((text, length) =>
    {
        var found = Acceptance.Of(new NgramDrafter(null), [0], text, length);
        Assert.Equal(text.Length, found.Tokens);
        Assert.Equal(text.Length, found.Accepted + found.Steps);
        Assert.InRange(found.Accepted, 0, found.Drafted);
        var perfect = Acceptance.Of(new Prophet(text), [0], text, length);
        Assert.Equal((text.Length + length) / (length + 1), perfect.Steps);
        Assert.True(found.Steps >= perfect.Steps);
    }, iter: 200);

    private static NgramDrafter With(int token, NgramDrafter drafter)
    {
        drafter.Append(token);
        return drafter;
    }

    private static int[] Draft(NgramDrafter drafter, int length)
    {
        var draft = new int[length];
        return draft[..drafter.Draft(draft)];
    }

    /// <summary>Knows the text; the prompt is one token.</summary>
    private sealed class Prophet(int[] text) : IDrafter
    {
        private int _known = -1;

        public void Append(int token) => _known++;

        public int Draft(Span<int> draft)
        {
            var count = Math.Min(draft.Length, text.Length - _known);
            text.AsSpan(_known, count).CopyTo(draft);
            return count;
        }
    }
}
