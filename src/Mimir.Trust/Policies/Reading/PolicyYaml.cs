using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mimir.Trust.Policies.Reading;

/// <summary>
/// Reads the subset of YAML that a policy needs: one document of mappings, lists and plain values. Anchors, aliases and tags are refused, and size,
/// depth and the number of values are bounded.
/// </summary>
internal sealed class PolicyYaml
{
    private const int Longest = 512 * 1024, Deepest = 8, MostNodes = 20_000, LongestShown = 40;

    private readonly IParser _parser;
    private readonly string _file;
    private int _nodes;

    private PolicyYaml(string text, string file) => (_parser, _file) = (new Parser(new StringReader(text)), file);

    /// <summary>The document in <paramref name="text"/>; <paramref name="file"/> is how messages call it.</summary>
    /// <exception cref="PolicyException">Not that subset of YAML.</exception>
    public static PolicyMapping Read(string text, string file)
    {
        if (text.Length > Longest) throw new PolicyException($"{file}: {text.Length} characters; a policy has at most {Longest}");
        try
        {
            return new PolicyYaml(text, file).Document();
        }
        catch (YamlException e)
        {
            throw new PolicyException($"{file}:{e.Start.Line}: not valid YAML: {Shown(e.Message)}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // What the YAML parser throws on some malformed text.
            throw new PolicyException($"{file}: not valid YAML: {Shown(e.Message)}");
        }
    }

    /// <summary>Text of a user's for a message: one line, printable, short.</summary>
    public static string Shown(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > 3 * LongestShown ? line[..(3 * LongestShown)] + "…" : line;
    }

    private PolicyMapping Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _)) throw new PolicyException($"{_file}: is empty; a policy begins with 'version: 1'");
        _parser.Consume<DocumentStart>();
        if (Node(1) is not PolicyMapping mapping) throw new PolicyException($"{_file}:1: must be a mapping of keys");
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _)) throw Error(_parser.Current!, "holds a second document; use one");
        return mapping;
    }

    private PolicyNode Node(int level)
    {
        var at = _parser.Current!;
        if (level > Deepest) throw Error(at, $"nested deeper than {Deepest} levels");
        if (++_nodes > MostNodes) throw Error(at, $"more than {MostNodes} values");
        if (at is not NodeEvent node || at is AnchorAlias || !node.Anchor.IsEmpty) throw Error(at, "anchors and aliases are not accepted; write the value out");
        if (!node.Tag.IsEmpty) throw Error(at, "tags are not accepted; write the value plainly");
        _parser.MoveNext();
        return node switch
        {
            Scalar scalar => new PolicyScalar(Line(scalar), scalar.Value),
            SequenceStart => List(Line(node), level),
            MappingStart => Mapping(Line(node), level),
            _ => throw Error(node, "is not a value"),
        };
    }

    private PolicyList List(int line, int level)
    {
        var items = new List<PolicyNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(level + 1));
        return new PolicyList(line, items);
    }

    private PolicyMapping Mapping(int line, int level)
    {
        var entries = new List<(string, int, PolicyNode)>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!;
            if (Node(level + 1) is not PolicyScalar key) throw Error(at, "a key must be a word");
            if (!seen.TryAdd(key.Value, key.Line)) throw Error(at, $"'{Shown(key.Value)}' is set a second time; the first is in line {seen[key.Value]}");
            entries.Add((key.Value, key.Line, Node(level + 1)));
        }

        return new PolicyMapping(line, entries);
    }

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    private PolicyException Error(ParsingEvent at, string problem) => new($"{_file}:{at.Start.Line}: {problem}");
}
