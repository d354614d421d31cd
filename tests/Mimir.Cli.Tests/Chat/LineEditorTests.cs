using Mimir.Cli.Chat;

namespace Mimir.Cli.Tests.Chat;

/// <summary>What fingers do at the prompt.</summary>
public sealed class LineEditorTests
{
    private static readonly ConsoleKeyInfo Enter = Key(ConsoleKey.Enter);

    [Fact]
    public void Editing_moves_inserts_and_deletes()
    {
        Assert.Equal("abc", Read([.. Type("abc"), Enter]));
        Assert.Equal("xabc", Read([.. Type("abc"), Key(ConsoleKey.Home), .. Type("x"), Enter]));
        Assert.Equal("ab", Read([.. Type("abc"), Key(ConsoleKey.Backspace), Enter]));
        Assert.Equal("acd", Read([.. Type("abc"), Key(ConsoleKey.LeftArrow), Key(ConsoleKey.Backspace), Key(ConsoleKey.End), .. Type("d"), Enter]));
        Assert.Equal("bc", Read([.. Type("abc"), Control(ConsoleKey.A), Key(ConsoleKey.Delete), Enter]));
        Assert.Equal("one ", Read([.. Type("one two"), Control(ConsoleKey.W), Enter]));
        Assert.Equal("z", Read([.. Type("one two"), Control(ConsoleKey.U), .. Type("z"), Enter]));
        Assert.Equal("a", Read([.. Type("a😀"), Key(ConsoleKey.Backspace), Enter]));
        Assert.Equal("", Read([Key(ConsoleKey.Backspace), Key(ConsoleKey.Delete), Key(ConsoleKey.LeftArrow), Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow), Enter]));
    }

    [Fact]
    public void The_history_goes_back_and_forth_and_keeps_what_was_begun()
    {
        var keys = new Queue<ConsoleKeyInfo>([
            .. Type("first"), Enter, .. Type("second"), Enter,
            .. Type("beg"), Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Enter,
            .. Type("beg"), Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow), .. Type("un"), Enter]);
        var editor = new LineEditor(keys.Dequeue, TextWriter.Null);
        Assert.Equal(["first", "second", "first", "begun"], Enumerable.Range(0, 4).Select(_ => editor.Read("> ")));
    }

    [Fact]
    public void The_end_of_the_input_is_an_empty_line_and_control_d()
    {
        Assert.Null(Read([Control(ConsoleKey.D)]));
        Assert.Equal("a", Read([.. Type("ab"), Key(ConsoleKey.LeftArrow), Control(ConsoleKey.D), Enter]));
    }

    private static string? Read(ConsoleKeyInfo[] keys) => new LineEditor(new Queue<ConsoleKeyInfo>(keys).Dequeue, TextWriter.Null).Read("> ");

    private static ConsoleKeyInfo[] Type(string text) => [.. text.Select(c => new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false))];

    private static ConsoleKeyInfo Key(ConsoleKey key) => new('\0', key, false, false, false);

    private static ConsoleKeyInfo Control(ConsoleKey key) => new('\0', key, false, false, control: true);
}
