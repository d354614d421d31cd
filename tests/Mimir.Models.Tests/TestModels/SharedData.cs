using System.Text.Json;

namespace Mimir.Models.Tests.TestModels;

/// <summary>Test data beside the checkout: a folder "shared" that is a sibling of the repository.</summary>
public static class SharedData
{
    /// <summary>shared/models/stories260K; skips the test where the data is absent.</summary>
    public static string Stories260K()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "models", "stories260K");
            if (Directory.Exists(path)) return path;
        }
        Assert.Skip("shared/models/stories260K is not beside the checkout");
        return "";
    }

    /// <summary>The prompts of expected.json.</summary>
    public static IReadOnlyList<ExpectedText> Expected()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Stories260K(), "expected.json")));
        return [.. json.RootElement.EnumerateArray().Select(e => new ExpectedText(
            e.GetProperty("prompt").GetString()!, Ids(e.GetProperty("prompt_ids")), Ids(e.GetProperty("greedy_ids")), e.GetProperty("text").GetString()!))];

        static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(i => i.GetInt32())];
    }
}

/// <summary>One entry of expected.json.</summary>
public sealed record ExpectedText(string Prompt, int[] PromptIds, int[] GreedyIds, string Text);
