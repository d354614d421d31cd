using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mimir.Cli.Configuration;

/// <summary>
/// Reads mimir.yaml into settings. Only what a configuration needs is accepted: one document of nested mappings with plain values. Anchors, aliases, tags and merge keys, with which a small file can grow without bound, are refused.
/// </summary>
public static class YamlSettings
{
    /// <summary>Most bytes of a configuration.</summary>
    internal const int LargestFile = 64 * 1024;
    private const int DeepestLevel = 4;

    /// <summary>The settings in the file at <paramref name="path"/>, in order.</summary>
    /// <exception cref="ConfigurationException">Unreadable, not YAML, a duplicate or unknown key; names file and line.</exception>
    public static IReadOnlyList<Setting> Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                throw new ConfigurationException(Directory.Exists(path) ? $"{path}: is a directory; name a YAML file" : $"{path}: file not found");
            if (file.Length > LargestFile) throw new ConfigurationException($"{path}: {file.Length} bytes; a configuration has at most {LargestFile}");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: cannot be read: {e.Message}");
        }
    }

    /// <summary>The settings in <paramref name="yaml"/>; <paramref name="name"/> is how messages call it.</summary>
    /// <exception cref="ConfigurationException">As <see cref="Read"/>.</exception>
    public static IReadOnlyList<Setting> Parse(string yaml, string name)
    {
        if (yaml.Length > LargestFile) throw new ConfigurationException($"{name}: {yaml.Length} characters; a configuration has at most {LargestFile}");
        try
        {
            return new Walk(new Parser(new StringReader(yaml)), name).Document();
        }
        catch (YamlException e)
        {
            throw new ConfigurationException($"{name}:{e.Start.Line}: not valid YAML: {Setting.Shown(e.Message)}");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new ConfigurationException($"{name}: not valid YAML: {Setting.Shown(e.Message)}");
        }
    }

    private sealed class Walk(IParser parser, string name)
    {
        private readonly Dictionary<string, Setting> _seen = new(StringComparer.Ordinal);
        private readonly List<Setting> _settings = [];

        public List<Setting> Document()
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _)) return _settings;
            parser.Consume<DocumentStart>();
            if (parser.Accept<Scalar>(out var empty) && empty.Value.Length == 0 && empty.IsPlainImplicit) parser.MoveNext();
            else Mapping("", 1);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _)) throw Error(parser.Current!, "holds a second document; use one");
            return _settings;
        }

        private void Mapping(string prefix, int level)
        {
            if (parser.Current is not MappingStart start) throw Error(parser.Current!, prefix.Length == 0 ? "must be a mapping of keys" : $"{prefix} must hold keys");
            RequirePlain(start);
            if (level > DeepestLevel) throw Error(start, $"nested deeper than {DeepestLevel} levels");
            parser.MoveNext();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (parser.Current is not Scalar key) throw Error(parser.Current!, "a key must be a word");
                RequirePlain(key);
                parser.MoveNext();
                var path = prefix.Length == 0 ? key.Value : $"{prefix}.{key.Value}";
                var origin = $"{name}:{key.Start.Line}";
                if (!_seen.TryAdd(path, new Setting(path, "", origin)))
                    throw new ConfigurationException($"{origin}: '{Setting.Shown(path)}' is set a second time; the first is at {_seen[path].Origin}");
                Value(path, origin, level);
            }
        }

        private void Value(string path, string origin, int level)
        {
            var known = ConfigSchema.Find(path) is not null || ConfigSchema.IsSection(path);
            if (!known) new Setting(path, "", origin).Value();
            switch (parser.Current)
            {
                case Scalar scalar when !ConfigSchema.IsSection(path):
                    RequirePlain(scalar);
                    parser.MoveNext();
                    _settings.Add(new Setting(path, scalar.Value, origin));
                    break;
                default:
                    if (ConfigSchema.Find(path) is { } key) throw new ConfigurationException($"{origin}: {path} must be {key.Allowed}");
                    Mapping(path, level + 1);
                    break;
            }
        }

        private void RequirePlain(NodeEvent node)
        {
            if (!node.Anchor.IsEmpty) throw Error(node, "anchors and aliases are not accepted; write the value out");
            if (!node.Tag.IsEmpty) throw Error(node, "tags are not accepted; write the value plainly");
        }

        private ConfigurationException Error(ParsingEvent at, string problem) => new(
            $"{name}:{at.Start.Line}: {(at is AnchorAlias ? "anchors and aliases are not accepted; write the value out" : problem)}");
    }
}
