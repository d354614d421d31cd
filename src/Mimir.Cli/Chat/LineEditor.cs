using System.Text;

namespace Mimir.Cli.Chat;

/// <summary>
/// Lines typed at a terminal, with history: ↑ and ↓ go through earlier lines, ← → Home End move, Ctrl+A Ctrl+E too, Ctrl+U empties the line, Ctrl+W takes a word,
/// Ctrl+D on an empty line is the end. The history is in memory only: it holds prompts.
/// </summary>
internal sealed class LineEditor(Func<ConsoleKeyInfo> readKey, TextWriter output) : ILineSource
{
    private readonly List<string> _history = [];
    private readonly StringBuilder _line = new();
    private string _prompt = "";
    private int _at;

    /// <inheritdoc/>
    public ValueTask<string?> NextAsync(string prompt, CancellationToken cancellation) => new(Task.Run(() => Read(prompt), cancellation));

    /// <summary>As <see cref="NextAsync"/>, on this thread.</summary>
    public string? Read(string prompt)
    {
        _prompt = prompt;
        Set("");
        var (shown, typed) = (_history.Count, "");
        while (true)
        {
            var key = readKey();
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    output.WriteLine();
                    var line = _line.ToString();
                    if (line.Length > 0 && (_history.Count == 0 || _history[^1] != line)) _history.Add(line);
                    return line;
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when _line.Length == 0:
                    output.WriteLine();
                    return null;
                case { Key: ConsoleKey.UpArrow } when shown > 0:
                    if (shown == _history.Count) typed = _line.ToString();
                    Set(_history[--shown]);
                    break;
                case { Key: ConsoleKey.DownArrow } when shown < _history.Count:
                    Set(++shown == _history.Count ? typed : _history[shown]);
                    break;
                default:
                    Edit(key);
                    break;
            }
        }
    }

    private void Edit(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow: Move(_at - Step(-1)); break;
            case ConsoleKey.RightArrow: Move(_at + Step(1)); break;
            case ConsoleKey.Home or ConsoleKey.A when key.Key == ConsoleKey.Home || control: Move(0); break;
            case ConsoleKey.End or ConsoleKey.E when key.Key == ConsoleKey.End || control: Move(_line.Length); break;
            case ConsoleKey.Backspace: Remove(_at - Step(-1), Step(-1)); break;
            case ConsoleKey.Delete: Remove(_at, Step(1)); break;
            case ConsoleKey.D when control: Remove(_at, Step(1)); break;
            case ConsoleKey.U when control: Remove(0, _at); break;
            case ConsoleKey.W when control: RemoveWord(); break;
            default:
                if (char.IsControl(key.KeyChar)) break;
                _line.Insert(_at++, key.KeyChar);
                Show();
                break;
        }
    }

    /// <summary>Characters to the next place in <paramref name="direction"/>: two for a surrogate pair.</summary>
    private int Step(int direction) => direction < 0
        ? Math.Min(_at, _at > 1 && char.IsLowSurrogate(_line[_at - 1]) ? 2 : 1)
        : Math.Min(_line.Length - _at, _at < _line.Length && char.IsHighSurrogate(_line[_at]) ? 2 : 1);

    private void Set(string text)
    {
        _line.Clear().Append(text);
        _at = text.Length;
        Show();
    }

    private void Move(int to)
    {
        _at = Math.Clamp(to, 0, _line.Length);
        Show();
    }

    private void Remove(int from, int count)
    {
        if (count == 0) return;
        _line.Remove(from, count);
        _at = from;
        Show();
    }

    private void RemoveWord()
    {
        var from = _at;
        while (from > 0 && _line[from - 1] == ' ') from--;
        while (from > 0 && _line[from - 1] != ' ') from--;
        Remove(from, _at - from);
    }

    private void Show()
    {
        output.Write($"\r\u001b[K{_prompt}{_line}");
        if (_at < _line.Length) output.Write($"\u001b[{_line.Length - _at}D");
        output.Flush();
    }
}
