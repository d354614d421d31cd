using Microsoft.Extensions.AI;

namespace Mimir.Samples;

/// <summary>An agent without tools: it drafts, is asked to improve its draft, and stops when a draft repeats or after three rounds.</summary>
internal static class AgentSample
{
    private const int Rounds = 3;

    public static async Task RunAsync(IChatClient client, string task)
    {
        var conversation = new List<ChatMessage> { new(ChatRole.System, "You improve a text step by step."), new(ChatRole.User, task) };
        var drafts = new List<string>();
        for (var round = 1; round <= Rounds; round++)
        {
            var draft = (await client.GetResponseAsync(conversation, new ChatOptions { MaxOutputTokens = 10, Temperature = 0 })).Text.Trim();
            Console.WriteLine($"draft {round}: {draft}");
            if (drafts.Contains(draft)) break;
            drafts.Add(draft);
            conversation.Add(new(ChatRole.Assistant, draft));
            conversation.Add(new(ChatRole.User, "Say it better."));
        }
        Console.WriteLine($"[{drafts.Count} different drafts]");
    }
}
